//! What counts as linear, for the tests of hostile shapes here and of the command line.

/// Twice the size costs at most `twice` times as much, for each step of the size or on average: one step may cost more where
/// a size no longer fits a cache, or where a longer buffer is filled before a limit ends the work. What is quadratic costs 16
/// times as much for four times the size.
pub(crate) fn is_linear<T: Copy>(costs: &[T], in_few: T, twice: f64, as_number: impl Fn(T) -> f64) -> bool {
    let costs: Vec<f64> = costs.iter().map(|cost| as_number(*cost).max(as_number(in_few))).collect();
    costs.windows(2).all(|pair| pair[1] <= pair[0] * twice) || costs[2] <= costs[0] * twice * twice
}

/// For times, which caches and other programs change. They are measured again while they seem to grow faster.
pub(crate) const TWICE_THE_TIME: f64 = 2.8;
