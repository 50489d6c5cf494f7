//! prob
