//! What a step costs at least: its matrix products, and the memory that it cannot but touch.

use crate::{SAMPLES, Workload};

/// A linear layer, or a convolution, which is one at each place of its kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Numbers, or channels, that go in.
    pub inputs: usize,
    /// Numbers, or channels, that come out.
    pub outputs: usize,
    /// Taps of the kernel; 1 if there is none.
    pub taps: usize,
    /// Places of the kernel.
    pub places: usize,
    /// Pixels of each channel that goes in.
    pub from: usize,
    /// Pixels of each channel that comes out.
    pub to: usize,
}

impl Layer {
    /// A linear layer.
    pub fn linear(inputs: usize, outputs: usize) -> Layer {
        Layer { inputs, outputs, taps: 1, places: 1, from: 1, to: 1 }
    }

    /// The transposed convolution, which leads back.
    #[must_use]
    pub fn transposed(self) -> Layer {
        Layer { inputs: self.outputs, outputs: self.inputs, from: self.to, to: self.from, ..self }
    }

    /// Weights and biases.
    pub fn parameters(&self) -> usize {
        (self.inputs * self.taps + 1) * self.outputs
    }

    /// Numbers of a row that come out.
    pub fn numbers(&self) -> usize {
        self.outputs * self.to
    }

    /// Floating-point operations of one product for so many rows; a multiply-add is two.
    pub fn flop(&self, rows: usize) -> usize {
        2 * rows * self.places * self.taps * self.inputs * self.outputs
    }
}

/// The least that a step does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Floating-point operations of the matrix products; a multiply-add is two.
    pub flop: f64,
    /// Bytes read and written beside the products.
    pub traffic: f64,
    /// Bytes of the arrays that are touched: what a cache would have to hold.
    pub footprint: f64,
}

/// Bytes of a number.
const NUMBER: f64 = 4.0;

impl Cost {
    /// A training step on a batch of B rows, S draws of z each; layer l has P_l parameters, multiplies a row by
    /// w_l weights (by each as often as a kernel has places), gives n_l outputs, and sees R_l = B rows in the encoder,
    /// R_l = S B in the decoder.
    ///
    /// ```text
    /// flop      = Σ_l 3 · 2 R_l w_l, without the gradient by the data: 2 instead of 3 for the first layer
    /// traffic   = 4 bytes · { 7 Σ_l P_l + 2 Σ_l R_l n_l + B D }
    /// footprint = 4 bytes · { 4 Σ_l P_l + 2 Σ_l R_l n_l + B D }
    /// ```
    ///
    /// Traffic is what comes beside the products, whose measured speed has that of their operands in it. Adam reads and writes
    /// a parameter and its two moments, and reads its gradient: 7. On the way back the derivative of what came after a layer
    /// reads the layer's output and writes its cotangent: 2. log p(x|z) reads the data.
    pub fn training(workload: &Workload, batch: usize) -> Cost {
        let (mut parameters, mut outputs, mut flop) = (0, 0, 0);
        let encoder = workload.encoder().into_iter().map(|layer| (layer, batch));
        let decoder = workload.decoder().into_iter().map(|layer| (layer, batch * workload.draws()));
        for (i, (layer, rows)) in encoder.chain(decoder).enumerate() {
            parameters += layer.parameters();
            outputs += rows * layer.numbers();
            flop += layer.flop(rows) * if i == 0 { 2 } else { 3 };
        }
        let data = batch * workload.features;
        Cost {
            flop: flop as f64,
            traffic: NUMBER * (7 * parameters + 2 * outputs + data) as f64,
            footprint: NUMBER * (4 * parameters + 2 * outputs + data) as f64,
        }
    }

    /// The workload DECODE: [`SAMPLES`] rows from the decoder in chunks of `batch`.
    ///
    /// ```text
    /// flop      = Σ_l 2 · SAMPLES · w_l
    /// traffic   = 4 bytes · SAMPLES · (K + 2 D)
    /// footprint = 4 bytes · { Σ_l P_l + batch · (K + Σ_l n_l) }
    /// ```
    ///
    /// Beside the products z is written; the sigmoid reads the logits and writes the means.
    pub fn sampling(workload: &Workload, batch: usize) -> Cost {
        let decoder = workload.decoder();
        let parameters: usize = decoder.iter().map(Layer::parameters).sum();
        let row = decoder[0].inputs + decoder.iter().map(Layer::numbers).sum::<usize>();
        Cost {
            flop: decoder.iter().map(|layer| layer.flop(SAMPLES)).sum::<usize>() as f64,
            traffic: NUMBER * (SAMPLES * (decoder[0].inputs + 2 * workload.features)) as f64,
            footprint: NUMBER * (parameters + batch * row) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand. W5 with one row: 64·128, 128·16, 8·128 and 128·64 weights; 336 outputs.
    #[test]
    fn a_small_network_counted_by_hand() {
        let cost = Cost::training(&Workload::named("W5").expect("a known workload"), 1);
        assert_eq!(cost.flop, (2 * (2 * 8192 + 3 * (2048 + 1024 + 8192))) as f64);
        let parameters = 65 * 128 + 129 * 16 + 9 * 128 + 129 * 64;
        assert_eq!(cost.traffic, (4 * (7 * parameters + 2 * 336 + 64)) as f64);
        assert_eq!(cost.footprint, (4 * (4 * parameters + 2 * 336 + 64)) as f64);
    }

    /// A convolution of 4×4 taps from 1 to 32 channels of 14×14 pixels, and the transposed one back.
    #[test]
    fn convolutions_counted_by_hand() {
        let workload = Workload::named("W4").expect("a known workload");
        let (first, last) = (workload.encoder()[0], workload.decoder()[3]);
        assert_eq!((first.parameters(), first.numbers(), first.flop(3)), (32 * 17, 32 * 196, 3 * 2 * 196 * 16 * 32));
        assert_eq!((last.parameters(), last.numbers(), last.flop(3)), (32 * 16 + 1, 784, first.flop(3)));
    }

    /// Fifty draws are fifty times the decoder, and the encoder once.
    #[test]
    fn draws_repeat_the_decoder() {
        let [plain, weighted] =
            ["W2", "W2K50"].map(|name| Cost::training(&Workload::named(name).expect("a known workload"), 20).flop);
        let decoder = 3 * 2 * 20 * (50 * 200 + 200 * 200 + 200 * 784);
        assert_eq!(weighted - plain, (49 * decoder) as f64);
    }

    #[test]
    fn samples_pass_the_decoder_once() {
        let cost = Cost::sampling(&Workload::named("W1").expect("a known workload"), 128);
        assert_eq!(cost.flop, (2 * SAMPLES * (20 * 400 + 400 * 784)) as f64);
    }
}
