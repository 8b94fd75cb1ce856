/** A request that the tower answers with 400: the message names what is wrong with the body. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
}
