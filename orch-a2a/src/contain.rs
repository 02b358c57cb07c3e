//! Keeps the panics of foreign code from going any further.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

/// Someone else's code panicked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("panicked: {message}")]
pub struct Panicked {
    /// What it said, at most 300 characters.
    pub message: String,
}

impl Panicked {
    /// From what a panic left behind.
    pub fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
            (Some(text), _) => (*text).to_owned(),
            (_, Some(text)) => text.clone(),
            _ => "without a message".to_owned(),
        };
        // Even the payload may panic when it is dropped; what is left of that is not worth a third try.
        if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(another);
        }
        Self {
            message: crate::bounds::cut(message, 300),
        }
    }
}

/// Runs foreign code; a panic of it is an error.
pub(crate) fn contain<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    // Nothing of the code's state is used after its panic, so it cannot be seen broken.
    catch_unwind(AssertUnwindSafe(run)).map_err(Panicked::new)
}

/// A foreign future whose panics, when it is polled and when it is dropped, are errors.
#[derive(Debug)]
pub(crate) struct Contained<F>(Option<Pin<Box<F>>>)
where
    F: ?Sized;

impl<F: Future + ?Sized> Contained<F> {
    /// Contains a future.
    pub(crate) fn new(future: Pin<Box<F>>) -> Self {
        Self(Some(future))
    }
}

impl<F: Future + ?Sized> Future for Contained<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = self.0.as_mut() else {
            // It has ended: there is nothing more to wait for.
            return Poll::Pending;
        };
        let ended = match contain(|| future.as_mut().poll(context)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panicked) => Err(panicked),
        };
        let dropped = contain(|| drop(self.0.take()));
        Poll::Ready(ended.and_then(|output| dropped.map(|()| output)))
    }
}

impl<F: ?Sized> Drop for Contained<F> {
    fn drop(&mut self) {
        if let Some(future) = self.0.take()
            && let Err(Panicked { message }) = contain(|| drop(future))
        {
            tracing::warn!(message, "an agent panicked while it was stopped");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future;

    use super::*;

    /// Panics with its message when it is dropped.
    struct Bomb(&'static str);

    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::panic_any(self.0);
        }
    }

    fn message<T>(result: Result<T, Panicked>) -> String {
        result.err().unwrap().message
    }

    #[tokio::test]
    async fn a_panic_is_an_error_wherever_it_happens() {
        let at_poll = Contained::new(Box::pin(async { panic!("at poll {}", 1) }));
        assert_eq!(message::<()>(at_poll.await), "at poll 1");
        // The bomb outlives the last step of its future, so it goes off only when the future is dropped.
        let bomb = Bomb("at drop");
        let at_drop = Contained::new(Box::pin(future::poll_fn(move |_| {
            let _ = &bomb;
            Poll::Ready(())
        })));
        assert_eq!(message(at_drop.await), "at drop");
        assert_eq!(Contained::new(Box::pin(async { 7 })).await, Ok(7));
    }

    #[test]
    fn a_future_that_is_given_up_cannot_panic_us() {
        let bomb = Bomb("given up");
        drop(Contained::new(Box::pin(async move {
            let _bomb = bomb;
            future::pending::<()>().await;
        })));
    }

    #[test]
    fn a_payload_that_panics_is_survived() {
        let result = contain(|| std::panic::panic_any(Payload));
        assert_eq!(message::<()>(result), "without a message");
        struct Payload;
        impl Drop for Payload {
            fn drop(&mut self) {
                panic!("the payload too");
            }
        }
    }
}
