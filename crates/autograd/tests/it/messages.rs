//! What a programmer's error says, and whose line it points at.

use autograd::{Op, ShapeError, prelude::*};
use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// A panic's message, file and line.
type Panic = (String, String, u32);

thread_local! {
    /// `Some` while a panic of this thread is awaited.
    static AWAITED: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// The text of a payload: one that was formatted, or one that was there.
fn message(payload: &dyn Any) -> String {
    let formatted = payload.downcast_ref::<String>().cloned();
    formatted.or_else(|| payload.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default()
}

/// The panic that `f` ends in.
fn panic_of<R>(f: impl FnOnce() -> R) -> Panic {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let other = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let at = info.location().map_or((String::new(), 0), |at| (at.file().to_owned(), at.line()));
            AWAITED.with_borrow_mut(|awaited| match awaited {
                Some(last) => *last = (message(info.payload()), at.0, at.1),
                None => other(info),
            });
        }));
    });
    AWAITED.set(Some(Panic::default()));
    let outcome = panic::catch_unwind(AssertUnwindSafe(f)).map(|_| ());
    let last = AWAITED.take().expect("still awaited");
    assert!(outcome.is_err(), "nothing panicked");
    last
}

/// Asserts that expressions panic with a message, and blame a line of this file's tests.
macro_rules! refused {
    ($($f:expr => $message:expr;)*) => {$(
        let (message, file, line) = panic_of(|| $f);
        assert_eq!(message, $message, "{}", stringify!($f));
        assert_eq!(file, file!(), "{} blames another file, line {line}", stringify!($f));
        assert!(line > FIRST_LINE, "{} blames line {line}", stringify!($f));
    )*};
}

/// Below this line stand only callers.
const FIRST_LINE: u32 = line!();

fn zeros(shape: &[usize]) -> Tensor<f64> {
    Tensor::zeros(shape)
}

/// Two lines that are known: the one that calls, and the one that is blamed.
#[test]
fn the_line_is_the_callers() {
    let x = zeros(&[2, 3]);
    let (here, (_, _, blamed)) = (line!(), panic_of(|| x.sum(2)));
    assert_eq!(blamed, here);
    let (here, (_, _, blamed)) = (line!(), panic_of(|| &x + &zeros(&[2])));
    assert_eq!(blamed, here);
    let tape = Tape::new();
    let v = tape.constant(&x);
    let (here, (_, _, blamed)) = (line!(), panic_of(|| v.sum(2)));
    assert_eq!(blamed, here);
    let (here, (_, _, blamed)) = (line!(), panic_of(|| v * v.sum(0).sum(0).repeat(2)));
    assert_eq!(blamed, here);
}

#[test]
fn reductions() {
    refused! {
        zeros(&[2, 3]).sum(2) => "sum: [2, 3] has no axis 2; inputs: [2, 3]";
        zeros(&[]).mean(-1) => "mean: [] has no axis -1; inputs: []";
        zeros(&[2, 0]).max(-1) => "max: axis -1 is empty, and nothing has no maximum; inputs: [2, 0]";
        zeros(&[2]).max_keep(1) => "max: [2] has no axis 1; inputs: [2]";
        zeros(&[2]).var(-2) => "var: [2] has no axis -2; inputs: [2]";
        zeros(&[2]).logsumexp(1) => "logsumexp: [2] has no axis 1; inputs: [2]";
        zeros(&[2]).softmax(1) => "softmax: [2] has no axis 1; inputs: [2]";
        zeros(&[2]).log_softmax(1) => "log_softmax: [2] has no axis 1; inputs: [2]";
    }
}

#[test]
fn layout() {
    let x = zeros(&[2, 3]);
    refused! {
        x.reshape([4]) => "reshape: 6 elements do not fill [4], which has 4; inputs: [2, 3]";
        zeros(&[3]).transpose() => "transpose: needs two axes; inputs: [3]";
        x.permute(&[0]) => "permute: an order of 1 axes for an array that has 2; inputs: [2, 3]";
        x.permute(&[0, 1, 2, 3, 4]) => "permute: an order of 5 axes for an array that has 2; inputs: [2, 3]";
        x.permute(&[1, 1]) => "permute: [1, 1] does not name each of the 2 axes once; inputs: [2, 3]";
        x.slice(1, 2..4) => "slice: 2..4 does not lie in 0..3, the extent of axis 1; inputs: [2, 3]";
        x.slice(-2, 3..) => "slice: 3..2 does not lie in 0..2, the extent of axis -2; inputs: [2, 3]";
        x.slice(2, ..) => "slice: [2, 3] has no axis 2; inputs: [2, 3]";
        Tensor::concat(&[&x, &zeros(&[2, 4])], 0) =>
            "concat: extents must be equal except along axis 0; inputs: [2, 3], [2, 4]";
        Tensor::concat(&[&x, &zeros(&[2])], -1) =>
            "concat: extents must be equal except along axis -1; inputs: [2, 3], [2]";
        Tensor::<f64>::concat(&[], 0) => "concat: needs an array; inputs: ";
        x.gather(&zeros(&[3])) =>
            "gather: needs an array [.., C] and one index for each of its rows, [..]; inputs: [2, 3], [3]";
        x.gather(&Tensor::from([2.0, 3.0])) => "gather: index 3, element 1 of the indices, is not a whole number below 3";
        x.gather(&Tensor::from([0.5, 1.0])) => "gather: index 0.5, element 0 of the indices, is not a whole number below 3";
        x.gather(&Tensor::from([-1.0, 1.0])) => "gather: index -1, element 0 of the indices, is not a whole number below 3";
        x.gather(&Tensor::from([f64::NAN, 1.0])) => "gather: index NaN, element 0 of the indices, is not a whole number below 3";
        x.take(&[1, 2]) => "take: there is no row 2 among 2";
        zeros(&[]).take(&[]) => "take: a number has no rows; inputs: [], [0]";
        Tensor::<f32>::zeros([16_777_218, 0]).take(&[16_777_217]) => "take: row 16777217 is too great a number for f32";
        zeros(&[1, 1, 1, 1]).repeat(2) => "repeat: one axis more would be 5; there are at most 4; inputs: [1, 1, 1, 1]";
    }
}

#[test]
fn matrices() {
    let x = zeros(&[2, 3]);
    let l = zeros(&[5, 3, 3]);
    refused! {
        x.cholesky() => "cholesky: needs square matrices [.., K, K]; inputs: [2, 3]";
        x.diagonal() => "diagonal: needs square matrices [.., K, K]; inputs: [2, 3]";
        x.tril() => "tril: needs square matrices [.., K, K]; inputs: [2, 3]";
        zeros(&[3]).tril() => "tril: needs square matrices [.., K, K]; inputs: [3]";
        zeros(&[]).diagonal_matrix() => "diagonal_matrix: a number is no diagonal; inputs: []";
        zeros(&[1, 1, 1, 1]).diagonal_matrix() => "diagonal_matrix: the result would have 5 axes; inputs: [1, 1, 1, 1]";
        x.solve_lower(&x) => "solve_lower: needs square matrices [.., K, K]; inputs: [2, 3], [2, 3]";
        l.solve_lower(&zeros(&[4, 3])) =>
            "solve_lower: needs matrices [.., K, K] and vectors [.., K] whose last leading axes are the matrices'; inputs: [5, 3, 3], [4, 3]";
        l.solve_lower_t(&zeros(&[3])) =>
            "solve_lower_t: needs matrices [.., K, K] and vectors [.., K] whose last leading axes are the matrices'; inputs: [5, 3, 3], [3]";
        x.matmul(&zeros(&[3])) => "matmul: needs two matrices, or two stacks of as many; inputs: [2, 3], [3]";
    }
}

#[test]
fn images() {
    let (x, bias, plain) = (zeros(&[2, 4, 5, 6]), zeros(&[4]), Window::default());
    let pad = |padding: usize| Window { padding: [padding; 2], ..plain };
    let groups = |groups: usize| Window { groups, ..plain };
    let conv = |weight: &[usize], window: Window| x.conv2d(&zeros(weight), &bias, window);
    let back =
        |weight: &[usize], window: Window, more: usize| x.conv_transpose2d(&zeros(weight), &bias, window, [more, 0]);
    refused! {
        conv(&[4, 4, 3], plain) => "conv2d: needs x [B, I, H, W], weight [O, I/groups, kh, kw] and bias [O]; \
            inputs: [2, 4, 5, 6], [4, 4, 3], [4]";
        back(&[4, 4, 3], plain, 0) => "conv_transpose2d: needs x [B, I, H, W], weight [I, O/groups, kh, kw] and bias [O]; \
            inputs: [2, 4, 5, 6], [4, 4, 3], [4]";
        conv(&[4, 3, 3, 3], plain) =>
            "conv2d: x has 4 channels, the weight takes 3; inputs: [2, 4, 5, 6], [4, 3, 3, 3], [4]";
        conv(&[4, 4, 3, 3], groups(2)) =>
            "conv2d: x has 4 channels, the weight takes 8; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        back(&[3, 4, 3, 3], plain, 0) =>
            "conv_transpose2d: x has 4 channels, the weight takes 3; inputs: [2, 4, 5, 6], [3, 4, 3, 3], [4]";
        conv(&[6, 4, 3, 3], plain) =>
            "conv2d: the weight gives 6 channels, the bias has 4; inputs: [2, 4, 5, 6], [6, 4, 3, 3], [4]";
        back(&[4, 4, 3, 3], groups(2), 0) =>
            "conv_transpose2d: the weight gives 8 channels, the bias has 4; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        conv(&[6, 1, 3, 3], groups(3)) =>
            "conv2d: 3 groups do not divide the 4 channels of x; inputs: [2, 4, 5, 6], [6, 1, 3, 3], [4]";
        conv(&[6, 1, 3, 3], groups(4)) =>
            "conv2d: 4 groups do not divide the 6 channels that the weight gives; inputs: [2, 4, 5, 6], [6, 1, 3, 3], [4]";
        back(&[6, 1, 3, 3], groups(4), 0) =>
            "conv_transpose2d: 4 groups do not divide the 6 channels that the weight takes; inputs: [2, 4, 5, 6], [6, 1, 3, 3], [4]";
        conv(&[4, 4, 3, 3], groups(0)) =>
            "conv2d: channels cannot be cut into 0 groups; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        conv(&[0, usize::MAX / 2, 1, 1], groups(4)) =>
            "conv2d: the number of channels overflows; inputs: [2, 4, 5, 6], [0, 9223372036854775807, 1, 1], [4]";
        conv(&[4, 4, 3, 3], Window { stride: [2, 0], ..plain }) =>
            "conv2d: a stride of [2, 0] leads nowhere; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        conv(&[4, 4, 3, 3], Window { dilation: [0, 1], ..plain }) =>
            "conv2d: a dilation of [0, 1] puts all taps in one place; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        conv(&[4, 4, 3, 0], plain) =>
            "conv2d: the kernel has no taps horizontally; inputs: [2, 4, 5, 6], [4, 4, 3, 0], [4]";
        conv(&[4, 4, 8, 3], pad(1)) => "conv2d: vertically the kernel reaches over 8 of 7 pixels, padding included; \
            inputs: [2, 4, 5, 6], [4, 4, 8, 3], [4]";
        conv(&[4, 4, 3, 4], Window { dilation: [2, 3], ..plain }) =>
            "conv2d: horizontally the kernel reaches over 10 of 6 pixels, padding included; \
            inputs: [2, 4, 5, 6], [4, 4, 3, 4], [4]";
        conv(&[4, 4, 3, 3], pad(usize::MAX)) =>
            "conv2d: an extent overflows; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        conv(&[4, 4, 3, 3], pad(1 << 40)) =>
            "conv2d: too many elements: images [4, 5, 6], padding [1099511627776, 1099511627776], \
            places [4, 2199023255555, 2199023255556]; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        conv(&[4, 4, 3, 3], Window { dilation: [usize::MAX; 2], ..plain }) =>
            "conv2d: an extent overflows; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        back(&[4, 4, 3, 3], Window { stride: [usize::MAX; 2], ..plain }, 0) =>
            "conv_transpose2d: an extent overflows; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        back(&[4, 4, 3, 3], pad(4), 0) =>
            "conv_transpose2d: vertically a padding of 4 leaves nothing of 7 pixels; inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        back(&[4, 4, 3, 3], Window { stride: [2, 2], ..plain }, 2) =>
            "conv_transpose2d: vertically an output padding of 2 is below neither the stride, 2, nor the dilation, 1; \
            inputs: [2, 4, 5, 6], [4, 4, 3, 3], [4]";
        zeros(&[2, 4, 0, 6]).conv_transpose2d(&zeros(&[4, 4, 3, 3]), &bias, plain, [0, 0]) =>
            "conv_transpose2d: the images have no pixels vertically; inputs: [2, 4, 0, 6], [4, 4, 3, 3], [4]";
        zeros(&[4, 5, 6]).max_pool2d([2, 2], [2, 2], [0, 0]) => "max_pool2d: needs images [B, C, H, W]; inputs: [4, 5, 6]";
        x.avg_pool2d([2, 2], [0, 2], [0, 0]) => "avg_pool2d: a stride of [0, 2] leads nowhere; inputs: [2, 4, 5, 6]";
        x.max_pool2d([0, 2], [2, 2], [0, 0]) => "max_pool2d: the kernel has no taps vertically; inputs: [2, 4, 5, 6]";
        x.max_pool2d([6, 2], [1, 1], [0, 0]) =>
            "max_pool2d: vertically the kernel reaches over 6 of 5 pixels, padding included; inputs: [2, 4, 5, 6]";
        x.avg_pool2d([3, 3], [1, 1], [1, 2]) =>
            "avg_pool2d: a padding of [1, 2] is more than half of a window of [3, 3]; inputs: [2, 4, 5, 6]";
        zeros(&[2, 4, 0, 6]).max_pool2d([2, 2], [1, 1], [1, 1]) => "max_pool2d: the images have no pixels; inputs: [2, 4, 0, 6]";
    }
}

#[test]
fn parameters_are_named() {
    let w = Param::named("encoder.0.weight", zeros(&[4, 3]));
    let nameless = Param::new(zeros(&[5]));
    let tape = Tape::new();
    let (w, b) = (tape.param(&w), tape.param(&nameless));
    refused! {
        w + b => "add: [4, 3] and [5] do not go together: extents must be equal or 1 at equal rank, or one side must be a \
            number or the other's last axes; inputs: [4, 3] (parameter `encoder.0.weight`), [5]";
        w.logsumexp(5) => "logsumexp: [4, 3] has no axis 5; inputs: [4, 3] (parameter `encoder.0.weight`)";
    }
}

#[test]
fn tapes_and_losses() {
    let x = zeros(&[2]);
    let (one, two) = (Tape::new(), Tape::new());
    let (a, b) = (one.constant(&x), two.constant(&x));
    let mut tape = Tape::new();
    refused! {
        a * b => "mul: a variable belongs to another tape";
        tape.value_and_grad(|tape| tape.constant(&x)) =>
            "a loss must be a single number; its shape is [2] (sum or average it)";
        x.item() => "item() needs one element; the shape is [2]";
        a.item() => "item() needs one element; the shape is [2]";
        x.at(&[2]) => "[2] is no index into a tensor of shape [2]";
        x.row(2) => "a tensor of shape [2] has no row 2";
        zeros(&[1, 2, 3, 4, 5]) => "a tensor has at most 4 axes, not 5: [1, 2, 3, 4, 5]";
    }
}

/// An operation with more inputs than fit the stack's short lists reports all of them.
#[derive(Debug)]
struct Picky;

impl Op<f64> for Picky {
    fn name(&self) -> &'static str {
        "picky"
    }

    fn shape(&self, _: &[Shape]) -> Result<Shape, ShapeError> {
        Err(ShapeError::new("likes nothing"))
    }

    fn forward(&self, _: &[&Tensor<f64>], _: &mut [f64], _: &mut [f64]) {}

    fn vjp(&self, _: &autograd::Point<'_, f64>, _: &mut [f64], _: &mut autograd::Cotangents<'_, f64>) {}
}

#[test]
fn operations_of_ones_own() {
    let x = zeros(&[1]);
    let tape = Tape::new();
    let v = tape.constant(&x);
    refused! {
        Tensor::apply(Picky, &[&x; 5]) => "picky: likes nothing; inputs: [1], [1], [1], [1], [1]";
        tape.apply(Picky, &[&v; 5]) => "picky: likes nothing; inputs: [1], [1], [1], [1], [1]";
        Array::apply(Picky, &[&v]) => "picky: likes nothing; inputs: [1]";
    }
}
