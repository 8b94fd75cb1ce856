import { atLeast } from '../versions.ts';
import type { Tower } from './operations.ts';
import { htmlPage, jsonAnswer, type Outgoing } from './send.ts';

/** What the appliance answers outside /v2/api: its user interface, and the one look-up there that a login may need. */
export const answerElsewhere = (tower: Tower, method: string, path: string, body: string): Outgoing => {
  if (path === '/api' && method === 'POST' && atLeast(tower.version, '3.0.0') && body.includes('authnStrategies')) {
    return jsonAnswer(200, { data: { authnStrategies: [{ id: tower.sessions.authConfigId, type: 'LDAP' }] } });
  }
  return { status: path === '/' ? 200 : 404, headers: {}, body: htmlPage('CloudTower'), type: 'text/html' };
};
