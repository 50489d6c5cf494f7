//! The derivatives of ln Γ.
//!
//! From 1 on they are the derivatives of Stirling's formula and of [what it lacks](super::stirling), δ; below, of
//! ln Γ(x) = ln Γ(x + 1) − ln x.

use super::polynomial::Polynomial;
use super::unary;
use autograd::Real;

unary! {
    /// [`digamma`] of each element.
    Digamma() "digamma";
    f(x) = digamma(x);
    df(x, _y) = trigamma(x);

    /// [`trigamma`] of each element.
    Trigamma() "trigamma";
    f(x) = trigamma(x);
    df(x, _y) = polygamma2(x);
}

/// p(t) with δ′(x) = w²·p(2w − 1), w = 1/x ≤ 1.
const DELTA_1: Polynomial<11, 29> = Polynomial {
    single: [
        -0.08145138,
        0.0034302282,
        0.001153006,
        -0.00039800958,
        3.835571e-05,
        2.304328e-05,
        -1.493351e-05,
        4.624336e-06,
        2.8684171e-08,
        -1.0520391e-06,
        4.2585356e-07,
    ],
    double: [
        -0.08145138184591268,
        0.003430228906013872,
        0.0011530082661878659,
        -0.00039802454027325693,
        3.833103323479286e-05,
        2.3140056725841332e-05,
        -1.4839712376777735e-05,
        4.356642217820218e-06,
        -1.1528590182349511e-07,
        -7.009758863601185e-07,
        4.893820864174942e-07,
        -1.9945254453539425e-07,
        3.8871833053988353e-08,
        1.744247133313178e-08,
        -2.401298633549331e-08,
        1.5256935676669493e-08,
        -6.981266780190586e-09,
        3.018452224071173e-09,
        -7.665109185975116e-11,
        -2.666600010578731e-09,
        1.5083986955941737e-09,
        1.4585947448535315e-09,
        -6.347947073145783e-10,
        -1.5098460505533593e-09,
        6.840578966223573e-10,
        6.86701458401258e-10,
        -3.837458876833931e-10,
        -1.0706252055214054e-10,
        7.040426452666693e-11,
    ],
};

/// p(t) with δ″(x) = w³·p(2w − 1).
const DELTA_2: Polynomial<12, 30> = Polynomial {
    single: [
        0.15947254,
        -0.012596701,
        -0.0034179513,
        0.0018367481,
        -0.00034576177,
        -7.255568e-05,
        8.841331e-05,
        -3.952112e-05,
        7.4900504e-06,
        4.6106416e-06,
        -4.358483e-06,
        1.119685e-06,
    ],
    double: [
        0.1594725347858115,
        -0.012596703250417344,
        -0.003417959443932924,
        0.0018367985684257934,
        -0.0003456864829525528,
        -7.294212273114799e-05,
        8.822120116630136e-05,
        -3.8287495140157995e-05,
        7.461674851864643e-06,
        2.8169475252099884e-06,
        -3.6788845010689837e-06,
        2.126138218303862e-06,
        -7.694444049135186e-07,
        7.608309338071788e-08,
        1.49765862502042e-07,
        -1.533354241609622e-07,
        8.869134910479594e-08,
        -4.1447682241793614e-08,
        2.6326155212839322e-08,
        -3.337090276908195e-10,
        -3.1134502849815034e-08,
        1.343235511030943e-08,
        2.1666503484440822e-08,
        -7.2301345657286226e-09,
        -1.8960199489609604e-08,
        7.566507167068042e-09,
        8.321028397670067e-09,
        -4.2232696481936864e-09,
        -1.3247880080410843e-09,
        7.93163213977731e-10,
    ],
};

/// p(t) with δ‴(x) = w⁴·p(2w − 1).
const DELTA_3: Polynomial<12, 33> = Polynomial {
    single: [
        -0.4658209,
        0.057222717,
        0.011579467,
        -0.009637651,
        0.0027835295,
        5.130542e-05,
        -0.00052041176,
        0.0003318455,
        -0.00012216368,
        -7.91475e-06,
        4.3578115e-05,
        -1.7206838e-05,
    ],
    double: [
        -0.4658209011070171,
        0.05722273188953573,
        0.011579401514389402,
        -0.009638045478820259,
        0.002784515994120874,
        5.4209778225912154e-05,
        -0.0005259783372872542,
        0.00032318148249277693,
        -0.00010743108264494095,
        2.9862978365231973e-06,
        2.443939397536592e-05,
        -2.0538669403840886e-05,
        1.0542767062836197e-05,
        -3.2841702584230347e-06,
        -1.9971490782105065e-07,
        1.2387965551566458e-06,
        -1.1337526603724883e-06,
        6.031141994643544e-07,
        -1.8302070201170548e-07,
        1.9858209779672025e-07,
        -1.8865665925077236e-07,
        -2.625549235475637e-07,
        3.9262985135762184e-07,
        1.7378188925195356e-07,
        -3.4872798920630015e-07,
        -1.494503772431563e-07,
        2.7535805024034445e-07,
        5.8655878600056483e-08,
        -1.374461979830112e-07,
        -3.424180338769462e-09,
        3.4142375759450236e-08,
        -1.7903418429021584e-09,
        -3.1133541469655833e-09,
    ],
};

/// ψ(x), the derivative of ln Γ, with derivative [ψ′(x)](trigamma). −∞ at 0, NaN below.
///
/// Error within 2·10⁻⁷ in `f32`, 3·10⁻¹⁶ in `f64`, of the larger of 1 and the value.
#[inline(always)]
pub fn digamma<F: Real>(x: F) -> F {
    let (large, inverse) = from_one(x);
    let w = large.recip();
    (large.fast_ln() - F::of(0.5) * w + w * w * DELTA_1.at(w + w - F::one())) - inverse
}

/// ψ′(x), with derivative [ψ″(x)](polygamma2). +∞ at 0, NaN below.
///
/// Relative error within 2.5·10⁻⁷ in `f32`, 4·10⁻¹⁶ in `f64`.
#[inline(always)]
pub fn trigamma<F: Real>(x: F) -> F {
    let (large, inverse) = from_one(x);
    let w = large.recip();
    inverse * inverse + (w + w * w * (F::of(0.5) + w * DELTA_2.at(w + w - F::one())))
}

/// ψ″(x), the derivative of [`trigamma`], negative. −∞ at 0, NaN below.
///
/// Relative error within 3.5·10⁻⁷ in `f32`, 5·10⁻¹⁶ in `f64`.
#[inline(always)]
pub fn polygamma2<F: Real>(x: F) -> F {
    let (large, inverse) = from_one(x);
    let w = large.recip();
    let far = w * w * (F::one() + w * (F::one() - w * DELTA_3.at(w + w - F::one())));
    -(inverse * inverse * inverse * F::of(2.0) + far)
}

/// δ′(x) = ψ(x) − ln x + 1/2x, the derivative of [`stirling_error`](super::scalar::stirling_error): −1/12x² + 1/120x⁴ − …, without
/// cancellation. −∞ at 0, NaN below.
///
/// Relative error within 1.8·10⁻⁶ in `f32`, 3·10⁻¹⁵ in `f64`.
#[inline(always)]
pub fn stirling_error_derivative<F: Real>(x: F) -> F {
    let (large, _) = from_one(x);
    let w = large.recip();
    let far = w * w * DELTA_1.at(w + w - F::one());
    // ψ(x) = ψ(x + 1) − 1/x, and ln (x + 1) − ln x is the logarithm of a quotient, of any where that is nothing beside 1/x.
    let quotient = x / large;
    let quotient = if quotient < F::min_positive_value() { F::min_positive_value() } else { quotient };
    let near = -(quotient.fast_ln() + F::of(0.5) * w + (x + x).recip());
    far + if x < F::one() { near } else { F::zero() }
}

/// ψ(x) − ln x, which is negative, without cancellation.
#[inline(always)]
pub(crate) fn digamma_less_ln<F: Real>(x: F) -> F {
    stirling_error_derivative(x) - F::of(0.5) / x
}

/// x and 0 from 1 on, x + 1 and 1/x below; NaN for negative x.
#[inline(always)]
fn from_one<F: Real>(x: F) -> (F, F) {
    let one = F::one();
    let (large, inverse) = if x < one { (x + one, x.recip()) } else { (x, F::zero()) };
    (if x < F::zero() { F::nan() } else { large }, inverse)
}
