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
    let (from, scale) = scale(history.len());
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

/// The first epoch that decides what is shown of so many, and a remark about it.
fn scale(epochs: usize) -> (f64, String) {
    let from = (1.0 + RISE * epochs as f64).ceil();
    (from, if epochs > 1 { format!("; scaled to epoch {from} and later") } else { String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_mentioned() {
        assert_eq!(scale(20), (3.0, "; scaled to epoch 3 and later".into()));
        assert_eq!(scale(5), (2.0, "; scaled to epoch 2 and later".into()));
        assert_eq!(scale(1).1, "");
    }
}
