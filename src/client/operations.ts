/** The operations of the API that the exporter may call: the login and reads. There is no other way onto the wire. */
export type Operation = 'login' | ReadOperation;
export type ReadOperation = `get-${string}`;

const apiPath = '/v2/api';
const allowed = /^(?:login|get-[a-z0-9]+(?:-[a-z0-9]+)*)$/;

/** Where the API of a tower is: an origin, and a path without a slash at its end. */
export interface ApiBase {
  readonly origin: string;
  readonly path: string;
}

/** Reads the configured URL: a prefix path is kept, `/v2/api` is added once; credentials, query and fragment are dropped. */
export const apiBase = (url: string): ApiBase => {
  const { origin, pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '');
  return { origin, path: path.endsWith(apiPath) ? path : path + apiPath };
};

/**
 * The request path of an operation.
 * @throws {RangeError} for anything but the login and a read, whatever the types were made to believe
 */
export const operationPath = (base: ApiBase, operation: Operation): string => {
  if (!allowed.test(operation)) throw new RangeError(`not a read operation: ${JSON.stringify(operation)}`);
  return `${base.path}/${operation}`;
};
