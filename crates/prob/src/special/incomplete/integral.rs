//! Integrals over the tail of a density whose logarithm is concave.

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

/// The drop of the logarithm at which the density counts as 0: e⁻⁴⁰ is below rounding.
const BOTTOM: f64 = 40.0;

/// How far the logarithm of a density has dropped at a distance, its derivative, and the integrand's other factors.
pub(super) struct Drop<const N: usize> {
    pub drop: f64,
    pub slope: f64,
    pub factors: [f64; N],
}

/// ∫ e^−drop(d)·factorᵢ(d) dd over d ≥ 0, for a drop that is convex and rises from 0 at the slope `slope` and the curvature
/// `curvature`. Where it is nearly quadratic or linear up to the bottom, which large parameters make it, 28 nodes are enough.
pub(super) fn integrate<const N: usize>(slope: f64, curvature: f64, at: impl Fn(f64) -> Drop<N>) -> [f64; N] {
    // A quadratic drop has its bottom here; Newton's method finds the other bottoms, from outside.
    let mut end = 2.0 * BOTTOM / (slope + (slope * slope + 2.0 * BOTTOM * curvature).sqrt());
    for _ in 0..4 {
        let Drop { drop, slope, .. } = at(end);
        end += (BOTTOM - drop) / slope;
    }
    let mut sum = [0.0; N];
    for (node, weight) in NODES {
        for node in [node, 1.0 - node] {
            let Drop { drop, factors, .. } = at(node * end);
            let weight = weight * end * (-drop).exp();
            sum.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += weight * factor);
        }
    }
    sum
}

/// e^d − 1 − d without cancellation near 0.
pub(super) fn exp_m1_less(d: f64) -> f64 {
    /// 1/2!, 1/3!, …
    const C: [f64; 13] = {
        let mut c = [0.5; 13];
        let mut k = 1;
        while k < c.len() {
            c[k] = c[k - 1] / (k + 2) as f64;
            k += 1;
        }
        c
    };
    if d.abs() < 0.5 { d * d * C.iter().rev().fold(0.0, |sum, c| sum * d + c) } else { d.exp_m1() - d }
}
