import type { Clock } from '../../clock.ts';
import type { ReceiverConfig } from '../../config/schema.ts';
import { createHttpClient, type HttpClient } from '../../http/http-client.ts';
import { HttpError } from '../../http/http-error.ts';
import type { HttpClientFactory } from './alertmanager.ts';
import { targetName } from './alertmanager-api.ts';
import { failureOfError, failureOfStatus } from './failure.ts';

/** What was found out about one address of a receiver without sending an alert to it. */
export interface ProbeResult {
  readonly receiver: string;
  /** Names the address without secrets. */
  readonly target: string;
  readonly outcome: 'ok' | 'failed';
  /** What is proven, or what is wrong and what to do; for people, without secrets. */
  readonly detail: string;
}

export interface ProbeDeps {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Reaches every address of a receiver. Sends no alert: an Alertmanager is asked for its status, a webhook gets an OPTIONS
 * request, which proves no more than that something answers HTTP there. Never rejects.
 */
export const probeReceiver = async (
  config: ReceiverConfig,
  deps: ProbeDeps,
  createClient: HttpClientFactory = createHttpClient,
): Promise<readonly ProbeResult[]> => {
  const { name } = config;
  if (config.type === 'webhook') {
    const { http_config, timeout, url } = config.webhook;
    const client = createClient({ config: http_config, target: name, clock: deps.clock, timeout });
    return [await probing(name, name, client, () => probeWebhook(url.reveal(), name, client, deps))];
  }
  const { http_config, timeout, urls } = config.alertmanager;
  return Promise.all(
    urls.map((url) => {
      const target = targetName(url);
      const client = createClient({ config: http_config, target, clock: deps.clock, timeout });
      return probing(name, target, client, () => probeAlertmanager(url, target, client, deps));
    }),
  );
};

type Verdict = Pick<ProbeResult, 'outcome' | 'detail'>;

const probing = async (
  receiver: string,
  target: string,
  client: HttpClient,
  probe: () => Promise<Verdict>,
): Promise<ProbeResult> => {
  try {
    return { receiver, target, ...(await probe()) };
  } catch (error) {
    const known = error instanceof HttpError ? failureOfError(error).problem : `${target}: a secret cannot be read`;
    return { receiver, target, outcome: 'failed', detail: known };
  } finally {
    await client.close().catch(() => {});
  }
};

const probeAlertmanager = async (
  url: string,
  target: string,
  client: HttpClient,
  deps: ProbeDeps,
): Promise<Verdict> => {
  const response = await client.send({
    method: 'GET',
    url: `${url}/api/v2/status`,
    headers: { accept: 'application/json' },
    maxResponseBytes: 1024 * 1024,
    ...(deps.signal === undefined ? {} : { signal: deps.signal }),
  });
  if (response.status !== 200) {
    return { outcome: 'failed', detail: failureOfStatus(response, target, deps.clock.now()).problem };
  }
  const version = versionOf(response.body);
  return version === null
    ? { outcome: 'failed', detail: `${target}: answers, but not as an Alertmanager does; check the URL` }
    : { outcome: 'ok', detail: `Alertmanager ${version} answers; no alert was sent` };
};

const versionOf = (body: Buffer): string | null => {
  let status: unknown;
  try {
    status = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof status !== 'object' || status === null || !('versionInfo' in status)) return null;
  const { versionInfo } = status;
  if (typeof versionInfo !== 'object' || versionInfo === null || !('version' in versionInfo)) return null;
  return typeof versionInfo.version === 'string' ? versionInfo.version : null;
};

const probeWebhook = async (url: string, target: string, client: HttpClient, deps: ProbeDeps): Promise<Verdict> => {
  const response = await client.send({
    method: 'OPTIONS',
    url,
    ...(deps.signal === undefined ? {} : { signal: deps.signal }),
  });
  const { status } = response;
  if (status === 401 || status === 403 || status === 407 || (status >= 300 && status < 400)) {
    return { outcome: 'failed', detail: failureOfStatus(response, target, deps.clock.now()).problem };
  }
  if (status >= 500 && status !== 501) return { outcome: 'failed', detail: `${target}: answered ${status} to OPTIONS` };
  return {
    outcome: 'ok',
    detail: `something answers HTTP there (${status} to OPTIONS); that it takes notifications is not proven: try alerts send-test`,
  };
};
