/** By reason. A reason that is not here is shown in the server's own words, which are English. */
export default {
  UNREACHABLE: "The server could not be reached. Check your connection and try again.",
  CREDENTIALS_INVALID: "E-mail address or password is wrong.",
  SIGN_IN_REQUIRED: "Your session has ended. Sign in again.",
  RATE_LIMITED: "Too many tries. Wait a little and try again.",
  INTERNAL: "Something went wrong on our side. Nothing that was saved is lost.",
};
