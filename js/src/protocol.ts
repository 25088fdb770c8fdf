/** The records and changes of the wire, as the server's models describe them. */

export { MAX_MESSAGE_CHARS } from '../generated/constants';
export type * from '../generated/protocol';
