/* Every number that decides something in the pages, with its unit and where it comes from. */

export const MESSAGE_CHARS = 2000; // characters of one message; half of what the API takes (chatbot.limits), a full page of text
export const COUNTER_FROM = 1700; // characters; from here the visitor sees how many are left
export const REQUEST_SECONDS = 20; // seconds before a request counts as failed; longer than any handler's deadline but those below
export const ERASE_SECONDS = 60; // seconds for an erasure: the store's file is written anew before it counts (45 at most, chatbot.erasure)
export const UPLOAD_SECONDS = 300; // seconds for one upload: a 50 MB file over 2 Mbit/s takes 200 s
export const ANSWER_SECONDS = 165; // seconds the typing dots may last: the service ends every turn by then (120 of waiting, 45 of work)
export const SILENCE_SECONDS = 60; // seconds without a byte before an event stream counts as dead; heartbeats come every 15
export const RETRY_FIRST = 0.5; // seconds before the first reconnection
export const RETRY_LAST = 30; // seconds; the backoff doubles up to here
export const RETRY_NOTICE = 2; // failed reconnections before the visitor is told that we are offline
export const REFRESH_SECONDS = 0.15; // seconds in which events of the queue are gathered into one reload of the list
export const POLL_SECONDS = 1; // seconds between looks at running jobs
export const POLL_IDLE_SECONDS = 15; // seconds between looks when no job runs
