//! A variational autoencoder written out with the four crates: two networks, three lines for the bound, and a loop.
//!
//! The data are handwritten digits of 8 × 8 pixels, binarised anew whenever a batch is made; the model has 8 latent dimensions.
//! The program prints the ELBO of every fifth epoch, in nats per image, and draws digits that nobody wrote.

use autograd::prelude::*;
use nn::{Activation, Adam, Linear, Mlp};
use prob::prelude::*;
use rand::Rng;
use std::ops::ControlFlow;
use vae::objective::{Bound, Objective};
use vae::{Rows, Threads, Trainer, Vae, evaluate, train::Settings};

const LATENT: usize = 8;
const HIDDEN: usize = 128;

struct DigitVae<F> {
    encoder: Mlp<F>,
    loc: Linear<F>,
    log_variance: Linear<F>,
    decoder: Mlp<F>,
}

nn::parameters!(DigitVae: encoder, loc, log_variance, decoder);

impl Vae for DigitVae<f32> {
    type Posterior<'t> = Normal<Var<'t>>;
    type Prior<'t> = StandardNormal;
    type Likelihood<'t> = Bernoulli<Var<'t>>;

    /// q(z|x) = N(μ(x), diag σ²(x)).
    fn encode<'t>(&self, x: Var<'t>) -> Normal<Var<'t>> {
        let h = self.encoder.forward(x);
        Normal::from_log_variance(self.loc.forward(h), self.log_variance.forward(h))
    }

    /// p(x|z): a Bernoulli distribution for each pixel.
    fn decode<'t>(&self, z: Var<'t>) -> Bernoulli<Var<'t>> {
        Bernoulli::new(self.decoder.forward(z))
    }

    /// p(z) = N(0, I).
    fn prior(&self, _: &Tape) -> StandardNormal {
        StandardNormal::new([LATENT])
    }

    fn latent(&self) -> usize {
        LATENT
    }

    fn features(&self) -> usize {
        self.encoder.inputs()
    }
}

/// ELBO = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)) for each row of x, the expectation by one draw.
struct Elbo;

impl Objective<f32, DigitVae<f32>> for Elbo {
    fn bound<'t, R: Rng + ?Sized>(&self, model: &DigitVae<f32>, x: Var<'t>, rng: &mut R) -> Bound<'t, f32> {
        let p_z = model.prior(x.tape());
        let q_z = model.encode(x);
        let z = q_z.rsample(rng);
        let p_x_z = model.decode(z);
        let (expected_log_likelihood, kl) = (p_x_z.log_prob(&x), kl(&q_z, &p_z));
        Bound { value: expected_log_likelihood - kl, expected_log_likelihood, kl, surrogate: None }
    }
}

/// Images whose pixels are drawn, 1 with the probability that their grey says, each time they are read.
struct Binarized<'a>(&'a data::Examples);

impl Rows<f32> for Binarized<'_> {
    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn features(&self) -> usize {
        self.0.features()
    }

    fn read<R: Rng + ?Sized>(&self, rows: &[usize], rng: &mut R, out: &mut [f32]) {
        self.0.draw(rows, rng, out);
    }
}

fn main() {
    let key = Key::new(0);
    let digits = data::embedded::optdigits();
    let (train, validation) = (Binarized(&digits.train), Binarized(&digits.validation));

    let (features, rng) = (train.features(), &mut key.stream("init", 0, 0));
    let model = DigitVae {
        encoder: Mlp::new(&[features, HIDDEN], Activation::Relu, rng).with_output(Activation::Relu),
        loc: Linear::new(HIDDEN, LATENT, rng),
        log_variance: Linear::new(HIDDEN, LATENT, rng),
        decoder: Mlp::new(&[LATENT, HIDDEN, features], Activation::Relu, rng),
    };
    let settings = Settings { seed: 0, shards: None, clip: None };
    let mut trainer = Trainer::new(model, Elbo, Adam::new(3e-3), settings, Threads::new(1));
    let mut batches = data::Batches::new(train.rows(), 50);
    println!("epoch   training ELBO   validation ELBO");
    for epoch in 1..=40 {
        batches.shuffle(&mut key.stream("shuffle", epoch, 0));
        let order: Vec<&[usize]> = batches.iter().collect();
        trainer.epoch(&train, &order, |_| ControlFlow::Continue(())).expect("the bound stays finite");
        let terms = evaluate::bound(trainer.model(), &Elbo, &validation, key, trainer.threads());
        let record = trainer.finish_epoch(terms);
        if epoch == 1 || epoch % 5 == 0 {
            println!("{epoch:5} {:15.2} {:17.2}", record.train.elbo, record.validation.elbo);
        }
    }

    println!("\nE[x|z] for eight draws of z ~ p(z):\n");
    let z = StandardNormal::new([8, LATENT]).sample(&mut key.stream("sample", 0, 0));
    let x = Tape::new().evaluate(|tape| trainer.model().decode(tape.constant(&z)).probs().value());
    for line in 0..8 {
        for image in 0..8 {
            let pixels = &x.row(image)[8 * line..][..8];
            let shades = pixels.iter().map(|p| [' ', '·', '+', '#', '@'][(p * 4.99) as usize]);
            print!("{}  ", shades.flat_map(|c| [c, c]).collect::<String>());
        }
        println!();
    }
}

#[test]
fn runs() {
    main();
}
