//! Parameters by name: what a model is to an optimiser, a checkpoint and a message.

use autograd::{Param, Real};
use std::fmt::{self, Display};

/// Something with parameters: a layer, a network, a whole model.
///
/// A module shows its parameters in declaration order, each under its dotted name (`encoder.0.weight`), by showing its
/// fields. [`parameters!`](crate::parameters) writes both methods from a list of fields:
///
/// ```
/// use autograd::prelude::*;
/// use nn::{Linear, Module};
/// use rand::SeedableRng;
///
/// struct Model<F> {
///     hidden: Linear<F>,
///     scale: Param<F>,
/// }
/// nn::parameters!(Model: hidden, scale);
///
/// let mut rng = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(0);
/// let model = Model::<f32> { hidden: Linear::new(3, 2, &mut rng), scale: Param::new(Tensor::from(1.0)) };
/// let names: Vec<String> = model.named_params().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["hidden.weight", "hidden.bias", "scale"]);
/// assert_eq!(model.param_count(), 3 * 2 + 2 + 1);
/// ```
///
/// A [`Param`] is a module of one parameter, and a `Vec` of modules is one whose fields are numbered from 0.
pub trait Module<F: Real> {
    /// Shows every parameter to the visitor, field by field in declaration order.
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>);

    /// Shows every parameter for writing, in the order of [`visit`](Module::visit).
    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>);

    /// Calls `each` with every parameter and its name. Nothing is allocated.
    fn for_each_param<'a>(&'a self, each: &mut dyn FnMut(&Path<'_>, &'a Param<F>)) {
        self.visit(&mut Visitor::new(each));
    }

    /// Calls `each` with every parameter for writing and its name. Nothing is allocated.
    fn for_each_param_mut<'a>(&'a mut self, each: &mut dyn FnMut(&Path<'_>, &'a mut Param<F>)) {
        self.visit_mut(&mut Visitor::new(each));
    }

    /// Every parameter with its dotted name.
    fn named_params(&self) -> Vec<(String, &Param<F>)> {
        let mut named = Vec::new();
        self.for_each_param(&mut |path, p| named.push((path.to_string(), p)));
        named
    }

    /// How many numbers the parameters have together.
    fn param_count(&self) -> usize {
        let mut count = 0;
        self.for_each_param(&mut |_, p| count += p.value().shape().size());
        count
    }

    /// Gives every parameter its dotted name, so that the tape's messages use it.
    fn assign_names(&mut self) {
        self.for_each_param_mut(&mut |path, p| p.set_name(path.to_string()));
    }
}

/// A name made of segments with dots between them, written out only where it is displayed.
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    segment: &'p dyn Display,
}

impl Path<'_> {
    /// What the segments of an outermost module hang on; it is not displayed itself.
    const ROOT: Path<'static> = Path { parent: None, segment: &"" };
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            if parent.parent.is_some() {
                write!(f, "{parent}.")?;
            }
            self.segment.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// Takes parameters `P` (`&Param<F>` or `&mut Param<F>`) from a [`Module`] and knows where in the model it is.
pub struct Visitor<'v, P> {
    path: &'v Path<'v>,
    each: &'v mut (dyn FnMut(&Path<'_>, P) + 'v),
}

impl<'v, P> Visitor<'v, P> {
    /// A visitor at the outermost module.
    pub fn new(each: &'v mut (dyn FnMut(&Path<'_>, P) + 'v)) -> Self {
        Visitor { path: &Path::ROOT, each }
    }

    /// Goes through what `body` shows one segment deeper.
    pub fn scope(&mut self, name: impl Display, body: impl FnOnce(&mut Visitor<'_, P>)) {
        let path = Path { parent: Some(self.path), segment: &name };
        body(&mut Visitor { path: &path, each: &mut *self.each });
    }
}

impl<'a, F: Real> Visitor<'_, &'a Param<F>> {
    /// Shows a field: a parameter or a module.
    pub fn field<M: Module<F> + ?Sized>(&mut self, name: impl Display, module: &'a M) {
        self.scope(name, |v| module.visit(v));
    }
}

impl<'a, F: Real> Visitor<'_, &'a mut Param<F>> {
    /// Shows a field for writing: a parameter or a module.
    pub fn field<M: Module<F> + ?Sized>(&mut self, name: impl Display, module: &'a mut M) {
        self.scope(name, |v| module.visit_mut(v));
    }
}

impl<F: Real> Module<F> for Param<F> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>) {
        (visitor.each)(visitor.path, self);
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>) {
        (visitor.each)(visitor.path, self);
    }
}

impl<F: Real, M: Module<F>> Module<F> for Vec<M> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, &'a Param<F>>) {
        self.iter().enumerate().for_each(|(i, module)| visitor.field(i, module));
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut Visitor<'_, &'a mut Param<F>>) {
        self.iter_mut().enumerate().for_each(|(i, module)| visitor.field(i, module));
    }
}

/// Implements [`Module`] for a type generic in the number, `Type<F>`, from its fields in order: `parameters!(Type: field, …)`.
///
/// Fields without parameters are left out.
#[macro_export]
macro_rules! parameters {
    ($Type:ident: $($field:ident),+ $(,)?) => {
        impl<F: ::autograd::Real> $crate::Module<F> for $Type<F> {
            fn visit<'a>(&'a self, visitor: &mut $crate::Visitor<'_, &'a ::autograd::Param<F>>) {
                $(visitor.field(stringify!($field), &self.$field);)+
            }

            fn visit_mut<'a>(&'a mut self, visitor: &mut $crate::Visitor<'_, &'a mut ::autograd::Param<F>>) {
                $(visitor.field(stringify!($field), &mut self.$field);)+
            }
        }
    };
}
