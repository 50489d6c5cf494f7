//! Convolutions against their definition, each other and PyTorch.

use super::{close, same_bits, tensor};
use autograd::ops::function::{Gelu, LeakyRelu, Relu, Softplus, Tanh};
use autograd::{check, prelude::*};
use proptest::prelude::*;

/// A convolution of images that its kernel fits.
#[derive(Clone, Debug)]
struct Case {
    batch: usize,
    /// Channels of a group, of the image and of the grid of the kernel's places.
    channels: [usize; 2],
    image: [usize; 2],
    kernel: [usize; 2],
    window: Window,
    seed: u64,
}

impl Case {
    /// Places of the kernel along an axis.
    fn places(&self, axis: usize) -> usize {
        let Window { stride, padding, dilation, .. } = self.window;
        let reach = dilation[axis] * (self.kernel[axis] - 1) + 1;
        (self.image[axis] + 2 * padding[axis] - reach) / stride[axis] + 1
    }

    fn images(&self) -> Tensor<f64> {
        tensor(&[self.batch, self.window.groups * self.channels[0], self.image[0], self.image[1]], self.seed)
    }

    fn grids(&self) -> Tensor<f64> {
        tensor(&[self.batch, self.window.groups * self.channels[1], self.places(0), self.places(1)], self.seed ^ 2)
    }

    fn weight(&self) -> Tensor<f64> {
        let [c, o] = self.channels;
        tensor(&[self.window.groups * o, c, self.kernel[0], self.kernel[1]], !self.seed)
    }

    /// A bias for the image's channels, or the grid's.
    fn bias(&self, side: usize) -> Tensor<f64> {
        tensor(&[self.window.groups * self.channels[side]], self.seed ^ 1)
    }

    /// What the output padding must be for the transposed convolution of the grids to have the images' extents.
    fn output_padding(&self) -> [usize; 2] {
        let Window { stride, padding, dilation, .. } = self.window;
        [0, 1].map(|a| {
            self.image[a] + 2 * padding[a] - (self.places(a) - 1) * stride[a] - dilation[a] * (self.kernel[a] - 1) - 1
        })
    }

    /// Calls `f` for each pair of elements that a weight connects: the numbers of the image's, the weight's and the grid's.
    fn connections(&self, mut f: impl FnMut(usize, usize, usize)) {
        let Window { stride, padding, dilation, groups } = self.window;
        let ([c, o], [h, w], [kh, kw]) = (self.channels, self.image, self.kernel);
        let mut grid = 0;
        for b in 0..self.batch {
            for output in 0..groups * o {
                for y in 0..self.places(0) {
                    for x in 0..self.places(1) {
                        for input in 0..c {
                            for (i, j) in (0..kh * kw).map(|tap| (tap / kw, tap % kw)) {
                                let row =
                                    (y * stride[0] + i * dilation[0]).checked_sub(padding[0]).filter(|&row| row < h);
                                let column =
                                    (x * stride[1] + j * dilation[1]).checked_sub(padding[1]).filter(|&x| x < w);
                                if let (Some(row), Some(column)) = (row, column) {
                                    let channel = b * groups * c + output / o * c + input;
                                    let weight = (output * c + input) * kh * kw + i * kw + j;
                                    f((channel * h + row) * w + column, weight, grid);
                                }
                            }
                        }
                        grid += 1;
                    }
                }
            }
        }
    }

    /// The convolution of the images by its definition.
    fn convolution(&self) -> Tensor<f64> {
        let (x, weight, bias) = (self.images(), self.weight(), self.bias(1));
        let shape = self.grids().shape();
        let mut y = Tensor::from_fn(shape, |i| bias.data()[i / (shape[2] * shape[3]) % shape[1]]);
        self.connections(|image, tap, grid| y.data_mut()[grid] += weight.data()[tap] * x.data()[image]);
        y
    }

    /// The transposed convolution of the grids by its definition.
    fn transposed(&self) -> Tensor<f64> {
        let (x, weight, bias) = (self.grids(), self.weight(), self.bias(0));
        let shape = self.images().shape();
        let mut y = Tensor::from_fn(shape, |i| bias.data()[i / (shape[2] * shape[3]) % shape[1]]);
        self.connections(|image, tap, grid| y.data_mut()[image] += weight.data()[tap] * x.data()[grid]);
        y
    }

    /// Both operations in either precision against their definitions, with terms below 4.
    fn compare(&self) {
        let (x, y, weight) = (self.images(), self.grids(), self.weight());
        let (x_bias, y_bias, window, more) = (self.bias(0), self.bias(1), self.window, self.output_padding());
        let [single_x, single_y, single_weight] = [x.cast::<f32>(), y.cast(), weight.cast()];
        let terms = (self.kernel[0] * self.kernel[1] * self.channels[0].max(self.channels[1]) + 1) as f64;

        let (expected, actual) = (self.convolution(), x.conv2d(&weight, &y_bias, window));
        assert_eq!(actual.shape(), expected.shape());
        close(actual.data(), expected.data(), 4.0 * terms * terms * f64::EPSILON);
        let single = single_x.conv2d(&single_weight, &y_bias.cast(), window).cast::<f64>();
        close(single.data(), expected.data(), 4.0 * terms * terms * f64::from(f32::EPSILON));

        let (expected, actual) = (self.transposed(), y.conv_transpose2d(&weight, &x_bias, window, more));
        assert_eq!(actual.shape(), expected.shape());
        close(actual.data(), expected.data(), 4.0 * terms * terms * f64::EPSILON);
        let single = single_y.conv_transpose2d(&single_weight, &x_bias.cast(), window, more).cast::<f64>();
        close(single.data(), expected.data(), 4.0 * terms * terms * f64::from(f32::EPSILON));
    }

    /// The gradients of Σ y·(conv2d x) by all three inputs, against the transposed convolution and the definition; and those
    /// of Σ x·(conv_transpose2d y), whose gradient by the weight is the same.
    fn compare_gradients<F: Real>(&self, tolerance: f64) {
        let (x, y, weight) = (self.images(), self.grids(), self.weight());
        let (window, more) = (self.window, self.output_padding());
        let mut expected = Tensor::<f64>::zeros(weight.shape());
        self.connections(|image, tap, grid| expected.data_mut()[tap] += x.data()[image] * y.data()[grid]);
        let zeros = [0, 1].map(|side| Tensor::zeros(self.bias(side).shape()));
        let sums = |x: &Tensor<f64>| x.sum(-1).sum(-1).sum(0);

        let [_, dx, dweight, dbias] =
            differentiate::<F>([&x, &weight, &self.bias(1)], &y, |[x, w, b]| x.conv2d(&w, &b, window));
        close(dx.data(), y.conv_transpose2d(&weight, &zeros[0], window, more).data(), tolerance);
        close(dweight.data(), expected.data(), tolerance);
        close(dbias.data(), sums(&y).data(), tolerance);

        let [_, dy, dweight, dbias] =
            differentiate::<F>([&y, &weight, &self.bias(0)], &x, |[y, w, b]| y.conv_transpose2d(&w, &b, window, more));
        close(dy.data(), x.conv2d(&weight, &zeros[1], window).data(), tolerance);
        close(dweight.data(), expected.data(), tolerance);
        close(dbias.data(), sums(&x).data(), tolerance);
    }

    /// A function in the operation against the function after it: the same bits but for the bias, whose sums are in another order.
    fn compare_functions<F: Real>(&self) {
        let (x, y, weight, biases) = (self.images(), self.grids(), self.weight(), [0, 1].map(|side| self.bias(side)));
        let (window, more) = (self.window, self.output_padding());
        let same = |[one, two]: [[Tensor<f64>; 4]; 2], what: &str| {
            for i in 0..3 {
                assert_eq!(bits(&one[i]), bits(&two[i]), "{what}: {i}");
            }
            // At most 2000 terms below 10, rounded once each, in as many additions.
            let size = two[3].data().iter().fold(1.0, |m: f64, x| m.max(x.abs()));
            close(one[3].data(), two[3].data(), 2e4 * F::epsilon().as_f64() * size);
        };
        macro_rules! compare {
            ($f:ident($($arg:expr)?) $F:expr) => {
                let inputs = [&x, &weight, &biases[1]];
                let one = differentiate::<F>(inputs, &y, |[x, w, b]| x.conv2d_with(&w, &b, window, $F));
                let two = differentiate::<F>(inputs, &y, |[x, w, b]| x.conv2d(&w, &b, window).$f($($arg)?));
                same([one, two], stringify!(conv2d $F));
                let inputs = [&y, &weight, &biases[0]];
                let one = differentiate::<F>(inputs, &x, |[y, w, b]| y.conv_transpose2d_with(&w, &b, window, more, $F));
                let two =
                    differentiate::<F>(inputs, &x, |[y, w, b]| y.conv_transpose2d(&w, &b, window, more).$f($($arg)?));
                same([one, two], stringify!(conv_transpose2d $F));
            };
        }
        compare!(relu() Relu {});
        // Not positive: here the sign of y does not tell that of x.
        compare!(leaky_relu(-0.3) LeakyRelu { slope: -0.3 });
        compare!(gelu() Gelu {});
        compare!(softplus() Softplus {});
        compare!(tanh() Tanh {});
    }
}

/// The result of `f`, and the gradients of Σ weights·f by its inputs.
fn differentiate<F: Real>(
    inputs: [&Tensor<f64>; 3],
    weights: &Tensor<f64>,
    f: impl for<'t> Fn([Var<'t, F>; 3]) -> Var<'t, F>,
) -> [Tensor<f64>; 4] {
    let params = inputs.map(|x| Param::new(x.cast::<F>()));
    let (mut tape, mut y) = (Tape::new(), None);
    let (_, gradients) = tape.value_and_grad(|tape| {
        let result = f(params.each_ref().map(|p| tape.param(p)));
        y = Some(result.value());
        (result * tape.constant(&weights.cast())).sum_all()
    });
    let [dx, dweight, dbias] = params.each_ref().map(|p| gradients.get(p).expect("all are used").cast());
    [y.expect("it was computed").cast(), dx, dweight, dbias]
}

fn bits(x: &Tensor<f64>) -> Vec<u64> {
    x.data().iter().map(|x| x.to_bits()).collect()
}

/// Small convolutions of every kind, with up to `most` images.
fn cases(most: usize) -> impl Strategy<Value = Case> {
    let pair = |range: std::ops::Range<usize>| [range.clone(), range];
    let window = (pair(1..5), pair(0..4), pair(1..4), 1usize..4)
        .prop_map(|(stride, padding, dilation, groups)| Window { stride, padding, dilation, groups });
    (0..=most, pair(0..3), pair(1..5), pair(0..6), window, any::<u64>()).prop_map(
        |(batch, channels, kernel, more, window, seed)| {
            // From the smallest image that the kernel fits on.
            let fits =
                |a: usize| (window.dilation[a] * (kernel[a] - 1) + 1).saturating_sub(2 * window.padding[a]).max(1);
            let image = [fits(0) + more[0], fits(1) + more[1]];
            Case { batch, channels, image, kernel, window, seed }
        },
    )
}

proptest! {
    #[test]
    fn values(case in cases(3)) {
        case.compare();
        let (x, y, weight) = (case.images(), case.grids(), case.weight());
        let (x_bias, y_bias, window, more) = (case.bias(0), case.bias(1), case.window, case.output_padding());
        same_bits!([x, weight, y_bias] x.conv2d(&weight, &y_bias, window));
        same_bits!([y, weight, x_bias] y.conv_transpose2d(&weight, &x_bias, window, more));
    }

    #[test]
    fn derivatives(case in cases(2)) {
        let (window, more) = (case.window, case.output_padding());
        check::gradients(&[case.images(), case.weight(), case.bias(1)], |v| v[0].conv2d(&v[1], &v[2], window))?;
        check::gradients(&[case.grids(), case.weight(), case.bias(0)], |v| {
            v[0].conv_transpose2d(&v[1], &v[2], window, more)
        })?;
        // Up to 1000 terms below 4, the greatest sums some 100.
        case.compare_gradients::<f64>(1e-11);
        case.compare_gradients::<f32>(2e-4);
    }

    #[test]
    fn a_function_in_the_same_operation(case in cases(3)) {
        case.compare_functions::<f32>();
        case.compare_functions::<f64>();
        let (window, more) = (case.window, case.output_padding());
        check::gradients(&[case.images(), case.weight(), case.bias(1)], |v| {
            v[0].conv2d_with(&v[1], &v[2], window, Gelu {}) + v[0].conv2d_with(&v[1], &v[2], window, Tanh {})
        })?;
        check::gradients(&[case.grids(), case.weight(), case.bias(0)], |v| {
            let y = v[0].conv_transpose2d_with(&v[1], &v[2], window, more, Gelu {});
            y + v[0].conv_transpose2d_with(&v[1], &v[2], window, more, Tanh {})
        })?;
    }

    /// What is differentiated by has the same bits whatever else is.
    #[test]
    fn derivatives_by_some_inputs(case in cases(3)) {
        let (window, more) = (case.window, case.output_padding());
        let all = [[case.images(), case.weight(), case.bias(1)], [case.grids(), case.weight(), case.bias(0)]];
        for (inputs, transposed) in all.iter().zip([false, true]) {
            let some = |wanted: [bool; 3]| {
                let params = inputs.each_ref().map(|x| Param::new(x.clone()));
                let mut tape = Tape::new();
                let (_, gradients) = tape.value_and_grad(|tape| {
                    let of = |i: usize| if wanted[i] { tape.param(&params[i]) } else { tape.constant(&inputs[i]) };
                    let (x, w, b) = (of(0), of(1), of(2));
                    let y = if transposed {
                        x.conv_transpose2d_with(&w, &b, window, more, Softplus {})
                    } else {
                        x.conv2d_with(&w, &b, window, Softplus {})
                    };
                    y.square().sum_all()
                });
                params.each_ref().map(|p| gradients.get(p).map(bits))
            };
            let whole = some([true; 3]);
            for wanted in [[true, false, false], [false, true, false], [false, false, true], [true, true, false]] {
                let part = some(wanted);
                for i in 0..3 {
                    prop_assert!(part[i].is_some() == wanted[i] && (part[i].is_none() || part[i] == whole[i]));
                }
            }
        }
    }

    /// ⟨conv2d(x), y⟩ = ⟨x, conv_transpose2d(y)⟩: sums of up to 3000 products with a rounding error each.
    #[test]
    fn the_transposed_convolution_is_the_adjoint(case in cases(3)) {
        let (x, y, weight, window) = (case.images(), case.grids(), case.weight(), case.window);
        let zeros = [0, 1].map(|side| Tensor::zeros(case.bias(side).shape()));
        let there = (x.conv2d(&weight, &zeros[1], window) * &y).sum_all().item();
        let back = (x * y.conv_transpose2d(&weight, &zeros[0], window, case.output_padding())).sum_all().item();
        prop_assert!((there - back).abs() <= 1e-10, "{there} is not {back}");
    }
}

/// Halving with a kernel of 4×4, as an autoencoder does it.
const HALVING: Window = Window { stride: [2, 2], padding: [1, 1], dilation: [1, 1], groups: 1 };

/// Several blocks of images, the last one smaller; images whose columns are cut into rows; groups among them.
#[test]
fn more_columns_than_exist_at_a_time() {
    let one = Window::default();
    for (batch, channels, image, kernel, window) in [
        (7, [32, 64], [14, 14], [4, 4], HALVING),
        (90, [1, 32], [15, 14], [4, 4], HALVING),
        (2, [16, 8], [33, 31], [3, 3], Window { padding: [1, 1], ..one }),
        (2, [6, 3], [70, 41], [3, 5], Window { padding: [2, 0], dilation: [2, 1], groups: 2, ..one }),
        (2, [9, 8], [150, 90], [4, 3], Window { stride: [3, 3], padding: [2, 1], ..one }),
        // Images by themselves.
        (3, [32, 16], [15, 18], [3, 3], Window { padding: [1, 1], ..one }),
    ] {
        let case = Case { batch, channels, image, kernel, window, seed: 5 };
        case.compare();
        // Up to 17,640 terms below 4.
        case.compare_gradients::<f64>(1e-10);
        case.compare_gradients::<f32>(2e-2);
    }
    let case = Case { batch: 9, channels: [32, 64], image: [14, 14], kernel: [4, 4], window: HALVING, seed: 6 };
    case.compare_functions::<f32>();
}

/// A stride past the end of the image, and an output padding beyond the stride, where nothing but the bias arrives.
#[test]
fn strides_and_paddings_at_their_limits() {
    let x = Tensor::from_fn([1, 1, 3, 3], |i| i as f64);
    let (weight, bias) = (Tensor::ones([1, 1, 2, 2]), Tensor::from([10.0]));
    let far = Window { stride: [usize::MAX; 2], ..Window::default() };
    assert_eq!(x.conv2d(&weight, &bias, far), Tensor::new([1, 1, 1, 1], vec![18.0]));
    let pixel = Tensor::new([1, 1, 1, 1], vec![2.0]);
    assert_eq!(pixel.conv_transpose2d(&weight, &bias, far, [0, 0]), Tensor::full([1, 1, 2, 2], 12.0));
    let apart = Window { dilation: [2, 2], ..Window::default() };
    let y = pixel.conv_transpose2d(&weight, &bias, apart, [1, 0]);
    let rows = [[12.0, 10.0, 12.0], [10.0; 3], [12.0, 10.0, 12.0], [10.0; 3]];
    assert_eq!(y, Tensor::new([1, 1, 4, 3], rows.concat()));
    check::gradients(&[pixel, weight, bias], |v| v[0].conv_transpose2d(&v[1], &v[2], apart, [1, 0])).unwrap();
}

/// Without channels in, only the bias comes out; padding alone is an image of zeros.
#[test]
fn nothing_in() {
    let (x, weight, bias) =
        (Tensor::<f64>::zeros([2, 0, 5, 5]), Tensor::zeros([3, 0, 2, 2]), Tensor::from([1.0, 2.0, 3.0]));
    let y = x.conv2d(&weight, &bias, Window::default());
    assert_eq!(y, Tensor::from_fn([2, 3, 4, 4], |i| bias.data()[i / 16 % 3]));
    let y =
        Tensor::zeros([2, 0, 4, 4]).conv_transpose2d(&Tensor::zeros([0, 3, 2, 2]), &bias, Window::default(), [0, 0]);
    assert_eq!(y, Tensor::from_fn([2, 3, 5, 5], |i| bias.data()[i / 25 % 3]));
    let padded = Window { padding: [1, 1], ..Window::default() };
    let y = Tensor::<f64>::zeros([1, 3, 0, 2]).conv2d(&Tensor::ones([3, 3, 2, 2]), &bias, padded);
    assert_eq!(y, Tensor::from_fn([1, 3, 1, 3], |i| bias.data()[i / 3]));
}

/// What is not finite reaches the places whose kernel covers it, and no others, in either direction; the numbers are exact.
#[test]
fn infinities_and_nans_stay_where_the_kernel_is() {
    for (special, stride) in [(f32::NAN, 1), (f32::INFINITY, 1), (f32::NAN, 2), (f32::NEG_INFINITY, 2), (f32::NAN, 3)] {
        let window = Window { stride: [stride; 2], padding: [1, 1], ..Window::default() };
        let case = Case { batch: 3, channels: [2, 2], image: [19, 9], kernel: [3, 3], window, seed: 0 };
        let (image, grid) = (case.images().shape(), case.grids().shape());
        let (weight, bias) = (Tensor::<f32>::ones(case.weight().shape()), Tensor::zeros([2]));
        let at =
            |shape: Shape, index: [usize; 4]| index.iter().zip(shape.dims()).fold(0, |offset, (i, n)| offset * n + i);
        let expected = |from: usize, there: bool| {
            let mut hit = vec![0.0; if there { grid.size() } else { image.size() }];
            case.connections(|image, _, grid| {
                let (source, target) = if there { (image, grid) } else { (grid, image) };
                if source == from {
                    hit[target] = special;
                }
            });
            hit
        };
        let same = |y: &Tensor<f32>, expected: &[f32]| {
            y.data().iter().zip(expected).all(|(y, e)| y == e || (y.is_nan() && e.is_nan()))
        };
        let place = at(image, [1, 0, 18, 8]);
        let mut x = Tensor::zeros(image);
        x.data_mut()[place] = special;
        assert!(same(&x.conv2d(&weight, &bias, window), &expected(place, true)), "{special}, stride {stride}");
        let place = at(grid, [1, 1, grid[2] - 1, grid[3] - 1]);
        let mut y = Tensor::zeros(grid);
        y.data_mut()[place] = special;
        let x = y.conv_transpose2d(&weight, &bias, window, case.output_padding());
        assert!(same(&x, &expected(place, false)), "{special}, stride {stride}");
    }
}

/// The bits do not depend on what the scratch memory held, nor on the thread.
#[test]
fn repeated_convolutions_have_the_same_bits() {
    let case = Case { batch: 5, channels: [3, 4], image: [14, 13], kernel: [4, 4], window: HALVING, seed: 1 };
    let params = [case.images(), case.weight(), case.bias(1)].map(|p| Param::new(p.cast::<f32>()));
    let bits = || {
        let mut tape = Tape::new();
        let (_, gradients) = tape.value_and_grad(|tape| {
            let [x, weight, bias] = params.each_ref().map(|p| tape.param(p));
            x.conv2d(&weight, &bias, HALVING).square().sum_all()
        });
        params.each_ref().map(|p| gradients.get(p).unwrap().data().iter().map(|g| g.to_bits()).collect::<Vec<_>>())
    };
    let first = bits();
    let nan = Tensor::full([9, 7, 20, 20], f64::NAN);
    let _ = nan.conv2d(&Tensor::full([5, 7, 3, 3], f64::NAN), &Tensor::zeros([5]), Window::default());
    assert_eq!(bits(), first);
    assert_eq!(std::thread::scope(|s| s.spawn(bits).join().unwrap()), first);
}
