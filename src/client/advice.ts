import type { TowerErrorCode } from './errors.ts';

/** What to do about a failure, by its code; the message itself says what happened. */
export const towerAdvice: Readonly<Record<TowerErrorCode, { readonly title: string; readonly todo: string }>> = {
  network: {
    title: 'the tower cannot be reached',
    todo: 'Check `url` (scheme, host, port), DNS, routes and firewalls between this machine and the tower.',
  },
  timeout: {
    title: 'the tower did not answer in time',
    todo: 'Check `url` and firewalls; where the tower is just slow, raise `timeout`.',
  },
  tls: {
    title: "the tower's certificate is not trusted",
    todo: "Give the tower's certificate, or that of the authority that signed it, as `tls_config.ca_file`.",
  },
  login_rejected: {
    title: 'the tower refused the user or the password',
    todo: 'Check `username`, `password` (or the file) and `source`. Nothing is tried again, so as not to lock the user out.',
  },
  login_paused: {
    title: 'signing in is paused after a refusal',
    todo: 'Check `username`, `password` (or the file) and `source`.',
  },
  unauthenticated: {
    title: 'the tower does not accept who asks',
    todo: 'Check the API key (or its file); with a user, check that it may use the API.',
  },
  forbidden: {
    title: 'the user may not read this',
    todo: 'Give the user a role that may read it (the built-in read-only role may), or switch the collector off.',
  },
  missing_operation: {
    title: 'there is no such operation',
    todo: 'Check `url`; if it is right, this version of CloudTower lacks the operation: switch the collector off.',
  },
  invalid: {
    title: 'what answered does not speak as CloudTower does',
    todo: 'Check `url`: it must lead to CloudTower itself, not to another server or a sign-in page.',
  },
  status: {
    title: 'what answered refused the request',
    todo: 'Check `url` (scheme, host, port, path), and what stands between this machine and the tower.',
  },
  rate_limited: {
    title: 'the tower asks for fewer requests',
    todo: 'Lower `max_concurrency`, or raise the intervals of the collectors.',
  },
  too_large: {
    title: 'the answer is larger than allowed',
    todo: 'Lower `page_size`, or raise `max_response_bytes`.',
  },
  incomplete: {
    title: 'the list did not come whole',
    todo: 'Try again; if it stays so, look into the log of the tower.',
  },
  aborted: { title: 'the time for the check was over', todo: 'Check `url` and firewalls; raise `timeout`.' },
};

const unexpected = { title: 'an unexpected error', todo: 'Look into the log of the exporter.' };

/** The same for a code that came as text; for one that is not a tower's, the log. */
export const adviceOn = (code: string): { readonly title: string; readonly todo: string } =>
  Object.entries(towerAdvice).find(([key]) => key === code)?.[1] ?? unexpected;
