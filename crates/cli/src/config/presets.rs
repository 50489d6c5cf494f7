//! Configurations with a name.

/// A few settings that go together.
pub struct Preset {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The settings.
    pub toml: &'static str,
}

/// All of them.
pub const PRESETS: [Preset; 4] = [
    Preset {
        name: "quick",
        about: "a small model and five epochs: a first look in seconds",
        toml: "[model]\nhidden = [200]\nlatent = 10\n[train]\nepochs = 5\n",
    },
    Preset {
        name: "manifold",
        about: "two latent dimensions, to be looked at in the plane",
        toml: "[model]\nhidden = [400, 200]\nlatent = 2\n[train]\nepochs = 60\n",
    },
    Preset {
        name: "gaussian",
        about: "grey values as they are, with a normal p(x|z) of fixed width",
        toml: "[model]\nlikelihood = \"gaussian\"\nscale = 0.1\n[train]\nbinarization = \"none\"\n",
    },
    Preset {
        name: "large",
        about: "two wide layers for a better bound on larger data, such as all of MNIST",
        toml: "[model]\nhidden = [800, 400]\nlatent = 40\n[train]\nepochs = 100\nlearning_rate = 0.0005\n",
    },
];
