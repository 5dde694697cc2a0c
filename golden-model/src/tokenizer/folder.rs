//! `tokenizer.json` with the files in its folder, as transformers 5 reads them.
//!
//! `tokenizer.json` wins over its companions: its added tokens keep their ids and flags, and its post-processor decides
//! which tokens are put around a text, whatever `add_bos_token` says. Added and special tokens that only a companion
//! names are added.

use std::path::Path;

use super::companions::{AddedToken, Companions};
use super::library::{Library, guarded};
use super::vocabulary::{Tokenizer, Vocabulary};
use crate::Error;
use crate::files::{self, json};

/// Reads `tokenizer.json` and its companions.
pub(super) fn load(file: &Path) -> Result<Tokenizer, Error> {
    let json = files::read(file)?;
    json::parse(&json).map_err(|reason| Error::config(file, format!("the tokenizer cannot be read: {reason}")))?;
    let mut library = Library::parse(file, &json)?;
    let companions = Companions::beside(file)?;
    let mut notices = Vec::new();
    add(file, &mut library, &companions, &mut notices)?;
    library.tokenizer.set_encode_special_tokens(companions.split_special);
    contradictions(file, &library, &companions, &mut notices);
    Ok(Tokenizer { vocabulary: Vocabulary::Library(library), notices })
}

/// Adds the tokens that only the companions name.
fn add(file: &Path, library: &mut Library, companions: &Companions, notices: &mut Vec<String>) -> Result<(), Error> {
    let put = |library: &mut Library, token: &AddedToken| {
        guarded(|| library.tokenizer.add_tokens([token.library()])).map_err(|reason| Error::config(file, reason))
    };
    for (&id, token) in &companions.added {
        let known = library.tokenizer.get_added_tokens_decoder();
        match library.tokenizer.token_to_id(&token.content) {
            Some(there) if there == id && known.contains_key(&id) => (),
            None if known.contains_key(&id) => notices.push(format!(
                "{}: tokenizer_config.json calls token {id} `{}`; the name in tokenizer.json, `{}`, is used",
                file.display(),
                token.content,
                known[&id].content
            )),
            there => {
                if there.is_none_or(|there| there == id) {
                    put(library, token)?;
                }
                let now = library.tokenizer.token_to_id(&token.content);
                if now != Some(id) {
                    let now = now.map_or("none".to_owned(), |now| now.to_string());
                    return Err(Error::config(
                        file,
                        format!(
                            "the files in this folder give token `{}` the id {id}, tokenizer.json gives it {now}; \
                             they belong to different tokenizers",
                            token.content
                        ),
                    ));
                }
            }
        }
    }
    for token in &companions.special {
        let known = library.tokenizer.get_added_tokens_decoder();
        match known.values().find(|known| known.content == token.content) {
            Some(known) if known.special => (),
            Some(known) => {
                let known = known.clone();
                guarded(|| library.tokenizer.add_special_tokens([tokenizers::AddedToken { special: true, ..known }]))
                    .map_err(|reason| Error::config(file, reason))?;
            }
            None => drop(put(library, token)?),
        }
    }
    Ok(())
}

/// Notes where the companions ask for what `tokenizer.json` does not do.
fn contradictions(file: &Path, library: &Library, companions: &Companions, notices: &mut Vec<String>) {
    let around = library.encode("").unwrap_or_default();
    let markers = [
        ("add_bos_token", companions.add_bos, &companions.bos),
        ("add_eos_token", companions.add_eos, &companions.eos),
    ];
    for (key, wanted, token) in markers {
        let (Some(wanted), Some(Some(token))) = (wanted, token) else { continue };
        let there = library.tokenizer.token_to_id(token).is_some_and(|id| around.contains(&id));
        if wanted != there {
            let does = if there { "adds" } else { "does not add" };
            notices.push(format!(
                "{}: the post-processor {does} `{token}`, although tokenizer_config.json says {key}: {wanted}; \
                 tokenizer.json wins, as in transformers 5",
                file.display()
            ));
        }
    }
    let merges = matches!(library.tokenizer.get_model(), tokenizers::ModelWrapper::BPE(_));
    if companions.clean_up && !merges {
        notices.push(format!(
            "{}: clean_up_tokenization_spaces of tokenizer_config.json is not applied to the text that is printed",
            file.display()
        ));
    }
}
