//! Flags that were given, as against those that have their defaults; and which of them contradict a stored training.

use anyhow::{Result, ensure};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use trine_train::{Recipe, Session, VocabularyKind};

use super::Args;
use super::recipe::vocabulary_name;

/// Names of the flags on the command line, as the fields of the arguments have them. It has to be the first field: the
/// others take their values out of the matches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given(Vec<String>);

impl clap::FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
        Ok(Self(matches.ids().filter(given).map(ToString::to_string).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = <Self as clap::FromArgMatches>::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Given {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

/// Makes sure that every flag that was given is as the stored training has it.
pub(super) fn expect_agreement(args: &Args, session: &Session) -> Result<()> {
    let Recipe { kind, shape, schedule, batch, shards, seed } = session.trainer.recipe;
    let (flags, plan) = (&args.recipe, &session.plan);
    let name = |kind: VocabularyKind| vocabulary_name(kind);
    let gguf = plan.gguf.as_ref();
    // As the command line has it, and as the training has it; a flag without a value has an empty one.
    let pairs: [(&str, String, String); 19] = [
        ("kind", args.kind.kind().name().into(), kind.name().into()),
        ("lr", args.lr.to_string(), schedule.peak.to_string()),
        ("seed", args.seed.to_string(), seed.to_string()),
        ("every", args.every.to_string(), plan.every.to_string()),
        ("vocab", name(flags.vocab), name(plan.vocabulary)),
        ("hidden", flags.hidden.to_string(), shape.hidden.to_string()),
        ("intermediate", flags.intermediate(shape.hidden).to_string(), shape.intermediate.to_string()),
        ("layers", flags.layers.to_string(), shape.layers.to_string()),
        ("heads", flags.heads.to_string(), shape.heads.to_string()),
        ("kv_heads", flags.kv_heads.to_string(), shape.kv_heads.to_string()),
        ("context", flags.context.to_string(), shape.context.to_string()),
        ("untied", flags.untied.to_string(), (!shape.tied).to_string()),
        ("activation", flags.activation.activation().name().into(), shape.activation.name().into()),
        ("batch", flags.batch.to_string(), batch.to_string()),
        ("shards", flags.shards.to_string(), shards.to_string()),
        ("steps", flags.steps.to_string(), schedule.steps.to_string()),
        ("warmup", flags.warmup.to_string(), schedule.warmup.to_string()),
        (
            "gguf",
            args.gguf.map_or_else(String::new, |blocks| blocks.kind().name().into()),
            // A training without one may be given one.
            gguf.or(args.options(shape.activation).as_ref()).map_or_else(String::new, |g| g.blocks.name().into()),
        ),
        (
            "gguf_arch",
            args.gguf_arch.map_or_else(String::new, |arch| arch.architecture().name().into()),
            gguf.or(args.options(shape.activation).as_ref()).map_or_else(String::new, |g| g.architecture.name().into()),
        ),
    ];
    for (id, asked, stored) in pairs {
        let flag = id.replace('_', "-");
        ensure!(
            asked == stored || !args.given.0.iter().any(|given| given == id),
            "--{flag} {asked} contradicts the training in the folder, which has {stored}; leave --{flag} out, or train \
             in another folder"
        );
    }
    Ok(())
}
