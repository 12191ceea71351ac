//! Why a request is not answered as asked, and what the person sees then.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::Refusal;
use store::Fault;

use crate::form::Mistakes;

/// Why a request is not answered as asked.
#[derive(Debug)]
pub enum Failure {
    /// There is no such thing, or it is none of this person's business.
    NotFound,
    /// This person's role may not do this.
    Forbidden,
    /// Nobody is signed in; the sign-in page leads back to the path.
    SignIn {
        /// Where to go afterwards.
        path: String,
    },
    /// The form came from elsewhere, or from a session that is over.
    Stale,
    /// Too many tries; come back after so many seconds.
    TooMany {
        /// Seconds to wait.
        wait_s: i64,
    },
    /// Too much work at once; nothing was done, come back after so many seconds.
    Busy {
        /// Seconds to wait.
        wait_s: i64,
    },
    /// More bytes than are taken.
    TooLarge,
    /// The form again, with its mistakes.
    Mistaken(Html<String>),
    /// An expected no; the text is Vietnamese and shown as it is.
    Refused(String),
    /// Somewhere else, after all.
    Elsewhere(Redirect),
    /// A bug or an outage; the person sees an apology, the log sees this.
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Fault(Fault::Broken(format!("template: {error}")))
    }
}

/// What the edge needs to make a page of a failure in the person's language.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    NotFound,
    Forbidden,
    Stale,
    TooMany { wait_s: i64 },
    Busy { wait_s: i64 },
    TooLarge,
    Refused(String),
    Fault { incident: String },
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, shown) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, Shown::NotFound),
            Self::Forbidden => (StatusCode::FORBIDDEN, Shown::Forbidden),
            Self::Stale => (StatusCode::FORBIDDEN, Shown::Stale),
            Self::TooMany { wait_s } => (StatusCode::TOO_MANY_REQUESTS, Shown::TooMany { wait_s }),
            Self::Busy { wait_s } => (StatusCode::SERVICE_UNAVAILABLE, Shown::Busy { wait_s }),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Shown::TooLarge),
            Self::Refused(why) => (StatusCode::UNPROCESSABLE_ENTITY, Shown::Refused(why)),
            Self::SignIn { path } => {
                let query = crate::percent(&path);
                return Redirect::to(&format!("/co-quan/dang-nhap?tiep={query}")).into_response();
            }
            Self::Mistaken(form) => {
                return (StatusCode::UNPROCESSABLE_ENTITY, form).into_response();
            }
            Self::Elsewhere(redirect) => return redirect.into_response(),
            Self::Fault(fault) => {
                let incident = crate::random_hex(4);
                tracing::error!(%fault, incident, "request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, Shown::Fault { incident })
            }
        };
        let mut response = status.into_response();
        if let Shown::TooMany { wait_s } | Shown::Busy { wait_s } = shown {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s.max(1)));
        }
        response.extensions_mut().insert(shown);
        response
    }
}

/// Turns an expected no into the answer that shows it.
pub trait OrRefuse<T> {
    /// The value, or a page that says why not.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the refusal's own words.
    fn or_refuse(self) -> Result<T, Failure>;
}

impl<T, E: Refusal> OrRefuse<T> for Result<T, E> {
    fn or_refuse(self) -> Result<T, Failure> {
        self.map_err(|refusal| Failure::Refused(refusal.to_string()))
    }
}

/// Turns mistakes in a form into the form shown again.
pub trait OrShowAgain<T> {
    /// The value, or the page that `show` makes of the mistakes.
    ///
    /// # Errors
    /// [`Failure::Mistaken`], or what `show` fails with.
    fn or_show_again(
        self,
        show: impl FnOnce(Mistakes) -> Result<Html<String>, Failure>,
    ) -> Result<T, Failure>;
}

impl<T> OrShowAgain<T> for Result<T, Mistakes> {
    fn or_show_again(
        self,
        show: impl FnOnce(Mistakes) -> Result<Html<String>, Failure>,
    ) -> Result<T, Failure> {
        self.or_else(|mistakes| Err(Failure::Mistaken(show(mistakes)?)))
    }
}
