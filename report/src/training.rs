//! `report.html` of a training: one file that needs no network.

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
