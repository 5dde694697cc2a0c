//! `report.html` of a training: one file that needs no network.

use std::time::Duration;

use askama::Template;

use crate::Error;

/// The page of a training so far.
#[derive(Debug, Template)]
#[template(path = "train.html")]
pub struct Page {
    /// Heading of the page.
    pub title: String,
    /// Figures at the top: label and value.
    pub cards: Vec<(&'static str, String)>,
    /// Plot of the losses, as SVG.
    pub loss: String,
    /// Plot of learning rate and gradient, as SVG.
    pub rate: String,
    /// Recipe: name and value.
    pub recipe: Vec<(&'static str, String)>,
}

impl Page {
    /// The page as HTML.
    ///
    /// # Errors
    /// If the template fails.
    pub fn to_html(&self) -> Result<String, Error> {
        Ok(self.render()?)
    }
}

/// Time for `steps` more, at the pace of the `done` ones that took `spent`.
pub fn time_left(spent: Duration, done: u64, steps: u64) -> Duration {
    Duration::from_secs_f64(spent.as_secs_f64() * steps as f64 / done.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_that_of_the_steps_to_come() {
        assert_eq!(time_left(Duration::from_secs(10), 20, 40), Duration::from_secs(20));
        assert_eq!(time_left(Duration::from_secs(10), 20, 0), Duration::ZERO);
    }
}
