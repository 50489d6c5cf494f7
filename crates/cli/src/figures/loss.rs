//! The course of training.

use vae::Terms;
use vae::train::Record;

use crate::picture::{Lines, Panel, Picture, Series};

/// The part of the epochs, at the beginning, that does not decide what is shown: their steep rise would flatten the rest.
const RISE: f64 = 0.1;

/// ELBO, log-likelihood and KL over the epochs, on training and on validation data.
pub fn loss(title: &str, history: &[Record]) -> Picture {
    let curve = |name: &str, terms: fn(&Record) -> Terms, term: fn(Terms) -> f64| Series {
        name: name.into(),
        points: history.iter().map(|record| (record.epoch as f64, term(terms(record)))).collect(),
    };
    let from = (1.0 + RISE * history.len() as f64).ceil();
    let scale = if history.len() > 1 { format!(", to the scale of epoch {from} on") } else { String::new() };
    let panel = |name: &str, term: fn(Terms) -> f64| Panel {
        name: format!("{name}{scale}"),
        from,
        series: vec![curve("training", |r| r.train, term), curve("validation", |r| r.validation, term)],
    };
    Lines {
        title: title.into(),
        x_label: "epoch".into(),
        panels: vec![
            panel("ELBO (nats)", |terms| terms.elbo),
            panel("log p(x|z), expected over q(z|x) (nats)", |terms| terms.expected_log_likelihood),
            panel("KL(q(z|x) ‖ p(z)) (nats)", |terms| terms.kl),
        ],
    }
    .draw()
}
