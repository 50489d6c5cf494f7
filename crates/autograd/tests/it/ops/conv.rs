//! Convolutions against their definition, their adjoints and PyTorch.

use super::{close, same_bits, tensor};
use autograd::{check, prelude::*};
use proptest::prelude::*;

/// A convolution of extents that fit.
#[derive(Clone, Debug)]
struct Case {
    batch: usize,
    /// Channels of a group, of the input and of the output.
    channels: [usize; 2],
    extents: [usize; 2],
    kernel: [usize; 2],
    window: Window,
    seed: u64,
}

impl Case {
    fn x(&self) -> Tensor<f64> {
        tensor(&[self.batch, self.window.groups * self.channels[0], self.extents[0], self.extents[1]], self.seed)
    }

    fn weight(&self) -> Tensor<f64> {
        let [input, output] = self.channels;
        tensor(&[self.window.groups * output, input, self.kernel[0], self.kernel[1]], !self.seed)
    }

    fn bias(&self) -> Tensor<f64> {
        tensor(&[self.window.groups * self.channels[1]], self.seed ^ 1)
    }

    /// The convolution by its definition: seven loops.
    fn definition(&self) -> Tensor<f64> {
        let (x, weight, bias) = (self.x(), self.weight(), self.bias());
        let Window { stride, padding, dilation, groups } = self.window;
        let places =
            |a: usize| (self.extents[a] + 2 * padding[a] - dilation[a] * (self.kernel[a] - 1) - 1) / stride[a] + 1;
        let (h, w) = (places(0), places(1));
        let outputs = groups * self.channels[1];
        Tensor::from_fn([self.batch, outputs, h, w], |at| {
            let (b, o, place) = (at / (outputs * h * w), at / (h * w) % outputs, [at / w % h, at % w]);
            let mut y = bias.data()[o];
            for c in 0..self.channels[0] {
                for i in 0..self.kernel[0] {
                    for j in 0..self.kernel[1] {
                        let under = |a: usize, tap: usize| {
                            (stride[a] * place[a] + dilation[a] * tap)
                                .checked_sub(padding[a])
                                .filter(|&p| p < self.extents[a])
                        };
                        if let (Some(row), Some(column)) = (under(0, i), under(1, j)) {
                            let channel = o / self.channels[1] * self.channels[0] + c;
                            y += weight.at(&[o, c, i, j]) * x.at(&[b, channel, row, column]);
                        }
                    }
                }
            }
            y
        })
    }
}

/// Small convolutions of every kind, with up to `most` images.
fn cases(most: usize) -> impl Strategy<Value = Case> {
    let pair = |range: std::ops::Range<usize>| [range.clone(), range];
    let window = (pair(1..4), pair(0..4), pair(1..3), 1usize..4)
        .prop_map(|(stride, padding, dilation, groups)| Window { stride, padding, dilation, groups });
    (0..=most, [0usize..3, 0usize..3], pair(1..5), pair(0..6), window, any::<u64>()).prop_map(
        |(batch, channels, kernel, more, window, seed)| {
            // The smallest extents that the kernel fits, and some more.
            let fits = |a: usize| (window.dilation[a] * (kernel[a] - 1) + 1).saturating_sub(2 * window.padding[a]);
            let extents = [fits(0) + more[0], fits(1) + more[1]];
            Case { batch, channels, extents, kernel, window, seed }
        },
    )
}

proptest! {
    /// Sums of at most 33 products of numbers below 2.
    #[test]
    fn convolutions_are_what_they_are_defined_as(case in cases(3)) {
        let (x, weight, bias) = (case.x(), case.weight(), case.bias());
        let expected = case.definition();
        let y = x.conv2d(&weight, &bias, case.window);
        prop_assert_eq!(y.shape(), expected.shape());
        close(y.data(), expected.data(), 1e-13);
        same_bits!([x, weight, bias] x.conv2d(&weight, &bias, case.window));
        let single = x.cast::<f32>().conv2d(&weight.cast(), &bias.cast(), case.window);
        close(single.cast::<f64>().data(), expected.data(), 2e-5);
    }

    #[test]
    fn derivatives(case in cases(2)) {
        check::gradients(&[case.x(), case.weight(), case.bias()], |v| v[0].conv2d(&v[1], &v[2], case.window))?;
    }
}
