//! Draws the densities of `prob` into one picture, an SVG file: three curves a distribution, each with other parameters.
//!
//! ```sh
//! cargo run --release -p examples --example density_plots -- densities.svg
//! ```

use autograd::prelude::*;
use plotters::prelude::*;
use prob::prelude::*;
use std::error::Error;

/// A distribution, and p(x) where it is drawn, for each choice of parameters.
struct Panel {
    name: &'static str,
    /// What the parameters are called.
    parameters: &'static str,
    curves: Vec<(String, Vec<(f64, f64)>)>,
    /// Whether p is a mass at points, not a density along a line.
    discrete: bool,
}

/// A parameter: one number.
fn t(x: f64) -> Tensor<f64> {
    Tensor::from([x])
}

/// p(x) at points, for each choice of parameters: events of one number each, all points in one call.
fn panel<const N: usize, P: Distribution<Tensor<f64>>>(
    (name, parameters): (&'static str, &'static str),
    points: &[f64],
    choices: [[f64; N]; 3],
    p: impl Fn([f64; N]) -> P,
) -> Panel {
    let x = Tensor::new([points.len(), 1], points.to_vec());
    let curve = |choice: [f64; N]| {
        let density = p(choice).log_prob(&x).exp();
        let label = choice.map(|c| c.to_string()).join(", ");
        (label, points.iter().copied().zip(density.data().iter().copied()).collect())
    };
    let discrete = points.windows(2).all(|w| w[1] - w[0] == 1.0);
    Panel { name, parameters, curves: choices.map(curve).into(), discrete }
}

/// Points between two numbers. None is at an end, where a density may be infinite.
fn line(low: f64, high: f64) -> Vec<f64> {
    (0..400).map(|i| low + (high - low) * (f64::from(i) + 0.5) / 400.0).collect()
}

/// 0, 1, …, `last`.
fn counts(last: u32) -> Vec<f64> {
    (0..=last).map(f64::from).collect()
}

fn panels() -> Vec<Panel> {
    let (real, unit) = (line(-4.0, 4.0), line(0.0, 1.0));
    let locations = [[0.0, 1.0], [0.0, 0.5], [1.0, 1.5]];
    vec![
        panel(("Normal", "loc, scale"), &real, locations, |[m, s]| Normal::new(t(m), t(s))),
        panel(("Laplace", "loc, scale"), &real, locations, |[m, s]| Laplace::new(t(m), t(s))),
        panel(("Logistic", "loc, scale"), &real, locations, |[m, s]| Logistic::new(t(m), t(s))),
        panel(
            ("StudentT", "df, loc, scale"),
            &real,
            [[1.0, 0.0, 1.0], [3.0, 0.0, 0.5], [30.0, 1.0, 1.5]],
            |[n, m, s]| StudentT::new(t(n), t(m), t(s)),
        ),
        panel(("LogNormal", "loc, scale"), &line(0.0, 5.0), locations, |[m, s]| LogNormal::new(t(m), t(s))),
        panel(("Exponential", "rate"), &line(0.0, 5.0), [[0.5], [1.0], [2.0]], |[rate]| Exponential::new(t(rate))),
        panel(("Gamma", "concentration, rate"), &line(0.0, 8.0), [[0.5, 0.5], [2.0, 1.0], [9.0, 2.0]], |[a, b]| {
            Gamma::new(t(a), t(b))
        }),
        panel(("Beta", "concentrations"), &unit, [[0.5, 0.5], [2.0, 5.0], [8.0, 3.0]], |[a, b]| Beta::new(t(a), t(b))),
        panel(("Uniform", "low, high"), &real, [[-3.0, 3.0], [-2.0, 0.0], [1.0, 2.0]], |[a, b]| {
            Uniform::new(t(a), t(b))
        }),
        panel(("ContinuousBernoulli", "logits"), &unit, [[0.0], [2.0], [-5.0]], |[l]| ContinuousBernoulli::new(t(l))),
        panel(("Bernoulli", "logits"), &counts(1), [[0.0], [1.0], [-2.0]], |[l]| Bernoulli::new(t(l))),
        panel(("Poisson", "rate"), &counts(20), [[1.0], [4.0], [10.0]], |[rate]| Poisson::new(t(rate))),
        panel(
            ("NegativeBinomial", "total count, logits"),
            &counts(20),
            [[1.0, 0.0], [4.0, 0.0], [10.0, 0.0]],
            |[r, l]| NegativeBinomial::new(t(r), t(l)),
        ),
        panel(
            ("ZeroInflated", "rate, gate logits"),
            &counts(20),
            [[4.0, -2.0], [4.0, 0.0], [10.0, -1.0]],
            |[rate, l]| ZeroInflated::new(Poisson::new(t(rate)), t(l)),
        ),
    ]
}

const COLOURS: [RGBColor; 3] = [RGBColor(0x1f, 0x77, 0xb4), RGBColor(0xd6, 0x5f, 0x0e), RGBColor(0x2c, 0x8a, 0x3e)];
const COLUMNS: usize = 4;
const PANEL: (u32, u32) = (300, 210);

/// Draws panels row by row.
fn draw(panels: &[Panel]) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    let rows = panels.len().div_ceil(COLUMNS);
    let size = (PANEL.0 * COLUMNS as u32, PANEL.1 * rows as u32);
    let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    for (panel, area) in panels.iter().zip(root.split_evenly((rows, COLUMNS))) {
        let points = || panel.curves.iter().flat_map(|(_, curve)| curve);
        let (low, high) = points().fold((f64::MAX, f64::MIN), |(a, b), &(x, _)| (a.min(x), b.max(x)));
        let room = if panel.discrete { 0.5 } else { 0.0 };
        // What rises above all else at an end is cut off.
        let mut heights: Vec<f64> = points().map(|&(_, p)| p).collect();
        heights.sort_by(f64::total_cmp);
        let top = 1.1 * heights[heights.len() - 1].min(4.0 * heights[heights.len() * 9 / 10]);
        let mut chart = ChartBuilder::on(&area)
            .caption(format!("{} ({})", panel.name, panel.parameters), ("sans-serif", 14))
            .margin(6)
            .x_label_area_size(22)
            .y_label_area_size(34)
            .build_cartesian_2d(low - room..high + room, 0.0..top)?;
        chart.configure_mesh().disable_mesh().x_labels(5).y_labels(4).label_style(("sans-serif", 11)).draw()?;
        for ((label, curve), colour) in panel.curves.iter().zip(COLOURS) {
            let curve = curve.iter().map(|&(x, p)| (x, p.min(top)));
            let legend = move |(x, y)| PathElement::new([(x, y), (x + 12, y)], colour.stroke_width(2));
            chart.draw_series(LineSeries::new(curve.clone(), colour.stroke_width(2)))?.label(label).legend(legend);
            if panel.discrete {
                chart.draw_series(curve.map(|at| Circle::new(at, 2, colour.filled())))?;
            }
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .label_font(("sans-serif", 11))
            .background_style(WHITE.mix(0.8))
            .draw()?;
    }
    root.present()?;
    drop(root);
    Ok(svg)
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "densities.svg".into());
    std::fs::write(&path, draw(&panels())?).map_err(|e| format!("{path}: {e}"))?;
    println!("wrote {path}");
    Ok(())
}

/// Every distribution has its panel, with a curve that is not flat.
#[test]
fn it_draws() {
    let panels = panels();
    assert!(panels.iter().flat_map(|p| &p.curves).all(|(_, curve)| curve.iter().any(|(_, p)| *p > 0.01)));
    let svg = draw(&panels).unwrap();
    assert!(panels.iter().all(|p| svg.contains(p.name)));
}
