use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Context;
use crate::TransportError;

/// A function whose types are forgotten: JSON in, JSON out.
pub(super) type Function =
    Arc<dyn Fn(Value, Context) -> BoxFuture<'static, Result<Value, TransportError>> + Send + Sync>;

/// An asynchronous function or closure that does a task: `|input: I| async move { Ok::<O, E>(output) }`.
///
/// It exists so that a task is declared with its two types alone; every fitting closure is one.
pub trait TaskFunction<I, O>: Fn(I) -> <Self as TaskFunction<I, O>>::Future + Send + Sync + 'static {
    /// Why it fails, for a caller to read.
    type Error: fmt::Display;
    /// Its answer.
    type Future: Future<Output = Result<O, Self::Error>> + Send + 'static;
}

impl<I, O, E, F, R> TaskFunction<I, O> for F
where
    E: fmt::Display,
    F: Fn(I) -> R + Send + Sync + 'static,
    R: Future<Output = Result<O, E>> + Send + 'static,
{
    type Error = E;
    type Future = R;
}

/// A [`TaskFunction`] that also takes the [`Context`] of its call.
pub trait ContextFunction<I, O>:
    Fn(I, Context) -> <Self as ContextFunction<I, O>>::Future + Send + Sync + 'static
{
    /// Why it fails, for a caller to read.
    type Error: fmt::Display;
    /// Its answer.
    type Future: Future<Output = Result<O, Self::Error>> + Send + 'static;
}

impl<I, O, E, F, R> ContextFunction<I, O> for F
where
    E: fmt::Display,
    F: Fn(I, Context) -> R + Send + Sync + 'static,
    R: Future<Output = Result<O, E>> + Send + 'static,
{
    type Error = E;
    type Future = R;
}

/// Forgets the types of a function.
pub(super) fn erase<I, O, F>(function: F) -> Function
where
    I: DeserializeOwned + Send + 'static,
    O: Serialize + 'static,
    F: ContextFunction<I, O>,
{
    let function = Arc::new(function);
    Arc::new(move |arguments, context| {
        let function = function.clone();
        Box::pin(async move {
            let output = {
                let input = serde_json::from_value(arguments).map_err(|error| refused(&error))?;
                function(input, context).await.map_err(TransportError::failed)?
            };
            serde_json::to_value(output)
                .map_err(|error| TransportError::failed(format_args!("the answer is no JSON: {error}")))
        })
    })
}

fn refused(error: &serde_json::Error) -> TransportError {
    TransportError::Refused {
        field: String::new(),
        reason: error.to_string(),
    }
}
