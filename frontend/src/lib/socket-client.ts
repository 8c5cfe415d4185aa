/** The one thing that is needed of graphql-ws, by itself: a whole namespace could not be trimmed. */
export { createClient } from "graphql-ws";
