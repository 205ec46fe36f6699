//! An export on its way to whoever asked for it, wherever the service runs.

use reqwest::Response;

use super::export::Export;
use super::remote::Remote;
use super::source::AskError;

/// An export on its way.
#[derive(Debug)]
pub struct Exported(Way);

#[derive(Debug)]
enum Way {
    /// Written in this process; nothing while a piece is, and after an error.
    Here(Option<Box<Export>>),
    /// Written in the owner's.
    There(Remote, Response),
}

impl Exported {
    pub(super) fn here(export: Export) -> Self {
        Self(Way::Here(Some(Box::new(export))))
    }

    pub(super) fn there(remote: Remote, response: Response) -> Self {
        Self(Way::There(remote, response))
    }

    /// What comes next of it; nothing after its end. Whether that was the whole of it, its last
    /// line says.
    pub async fn piece(&mut self) -> Result<Option<Vec<u8>>, AskError> {
        match &mut self.0 {
            Way::Here(held) => {
                let Some(mut export) = held.take() else { return Ok(None) };
                let written = tokio::task::spawn_blocking(move || {
                    let piece = export.piece();
                    (export, piece)
                });
                let Ok((export, piece)) = written.await else { return Err(AskError::Panicked) };
                *held = Some(export);
                piece.map_err(|error| AskError::NotRead(error.to_string()))
            }
            Way::There(remote, response) => {
                let piece = response.chunk().await.map_err(|error| remote.silent(&error))?;
                Ok(piece.map(|piece| piece.to_vec()))
            }
        }
    }
}
