//! A variational autoencoder written out: two networks, three lines for the bound, and a loop.
//!
//! The data are handwritten digits of 8 × 8 pixels, binarised anew whenever a batch is made; the model has 5 latent
//! dimensions. Independent pixels, without a latent variable, would reach −27.3 nats per image. The program prints the ELBO
//! and draws digits that nobody wrote.

use autograd::prelude::*;
use nn::{Activation, Adam, Linear, Mlp, Optimizer};
use prob::{Stream, prelude::*};

const LATENT: usize = 5;
const HIDDEN: usize = 256;

struct Vae<F> {
    encoder: Mlp<F>,
    loc: Linear<F>,
    log_variance: Linear<F>,
    decoder: Mlp<F>,
}

nn::parameters!(Vae: encoder, loc, log_variance, decoder);

impl Vae<f32> {
    fn new(features: usize, rng: &mut Stream) -> Self {
        Vae {
            encoder: Mlp::new(&[features, HIDDEN], Activation::Relu, rng).with_output(Activation::Relu),
            loc: Linear::new(HIDDEN, LATENT, rng),
            log_variance: Linear::new(HIDDEN, LATENT, rng),
            decoder: Mlp::new(&[LATENT, HIDDEN, features], Activation::Relu, rng),
        }
    }

    /// q(z|x) = N(μ(x), diag σ²(x)).
    fn encode<'t>(&self, x: Var<'t>) -> Normal<Var<'t>> {
        let h = self.encoder.forward(x);
        Normal::from_log_variance(self.loc.forward(h), self.log_variance.forward(h))
    }

    /// p(x|z): a Bernoulli distribution for each pixel.
    fn decode<'t>(&self, z: Var<'t>) -> Bernoulli<Var<'t>> {
        Bernoulli::new(self.decoder.forward(z))
    }

    /// ELBO = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)) for each row of x, the expectation by one draw.
    fn elbo<'t>(&self, x: Var<'t>, rng: &mut Stream) -> Var<'t> {
        let q_z = self.encode(x);
        let z = q_z.rsample(rng);
        let p_x_z = self.decode(z);
        p_x_z.log_prob(&x) - kl(&q_z, &StandardNormal::new([LATENT]))
    }
}

fn main() {
    let key = Key::new(0);
    let (mut draws, mut noise) = (key.stream("binarize", 0, 0), key.stream("noise", 0, 0));
    let digits = data::embedded::optdigits();
    let (train, features) = (&digits.train, digits.train.features());
    // The validation images are binarised once, so that epochs can be compared.
    let all: Vec<usize> = (0..digits.validation.rows()).collect();
    let mut validation = Tensor::zeros([all.len(), features]);
    digits.validation.draw(&all, &mut key.stream("validation", 0, 0), validation.data_mut());

    let mut model = Vae::new(features, &mut key.stream("init", 0, 0));
    let (mut tape, mut adam) = (Tape::new(), Adam::new(3e-3));
    let mut batches = data::Batches::new(train.rows(), 50);
    println!("epoch   training ELBO   validation ELBO");
    for epoch in 1..=40 {
        batches.shuffle(&mut key.stream("shuffle", epoch, 0));
        let mut sum = 0.0;
        for rows in &batches {
            let (loss, gradients) = tape.value_and_grad(|tape| {
                let x = tape.fill([rows.len(), features], |x| train.draw(rows, &mut draws, x));
                -model.elbo(x, &mut noise).mean_all()
            });
            adam.step(&mut model, gradients);
            sum -= loss * rows.len() as f32;
        }
        if epoch == 1 || epoch % 5 == 0 {
            let mut rng = key.stream("eval", 0, 0);
            let elbo = tape.evaluate(|tape| model.elbo(tape.constant(&validation), &mut rng).mean_all().item());
            println!("{epoch:5} {:15.2} {elbo:17.2}", sum / train.rows() as f32);
            assert!(epoch < 40 || elbo > -25.0, "it learns");
        }
    }

    println!("\nE[x|z] for eight draws of z ~ p(z):\n");
    let z = StandardNormal::new([8, LATENT]).sample(&mut noise);
    let x = tape.evaluate(|tape| model.decode(tape.constant(&z)).probs().value());
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
