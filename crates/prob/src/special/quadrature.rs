//! Integrals of smooth functions.

use autograd::Real;

/// Nodes below ½ and weights of C. F. Gauss' quadrature over [0, 1] with 28 nodes; the others are their mirror images.
const NODES: [(f64, f64); 14] = [
    (0.001778751213022789, 0.004562141296547369),
    (0.00934841731456365, 0.010566056296386081),
    (0.022870359685530917, 0.016450713891152265),
    (0.04218348680393397, 0.022136467379501996),
    (0.06705373871280251, 0.02755367283785839),
    (0.09717931454141043, 0.032636461983499836),
    (0.1321945609931841, 0.03732310711728433),
    (0.1716744529805675, 0.04155670861445047),
    (0.21513976409429914, 0.04528587219651641),
    (0.2620628875224409, 0.04846532899896491),
    (0.31187424195546065, 0.05105648378903029),
    (0.363969186182411, 0.053027882961423134),
    (0.41771535893330963, 0.05435559612914701),
    (0.47246035505798284, 0.05502350650823755),
];

/// ∫₀¹ f(t) dt of several functions at once: exact for polynomials of degree 55.
pub(crate) fn over_unit_interval<const N: usize>(f: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let mut sum = [0.0; N];
    for (node, weight) in NODES {
        for node in [node, 1.0 - node] {
            sum.iter_mut().zip(f(node)).for_each(|(sum, f)| *sum += weight * f);
        }
    }
    sum
}

/// The same with 8 nodes.
const FEW_NODES: [(f64, f64); 4] = [
    (0.019855071751231884, 0.05061426814518813),
    (0.10166676129318664, 0.11119051722668724),
    (0.2372337950418355, 0.15685332293894363),
    (0.4082826787521751, 0.181341891689181),
];

/// ∫₀¹ f(t) dt of a function that is nearly a polynomial: exact for those of degree 15. No branches, for loops that
/// vectorise.
#[inline(always)]
pub(crate) fn with_few_nodes<F: Real>(f: impl Fn(F) -> F) -> F {
    let mut sum = F::zero();
    for (node, weight) in FEW_NODES {
        sum += F::of(weight) * (f(F::of(node)) + f(F::of(1.0 - node)));
    }
    sum
}
