import { describe, expect, it } from 'vitest';
import { everything } from '../../src/dashboard/scope.ts';
import type { DashboardSource, TowerView } from '../../src/dashboard/source.ts';
import { viewOf } from '../../src/dashboard/view.ts';
import { ViewCache } from '../../src/dashboard/view-cache.ts';
import { cluster, host, polledAlert } from '../collectors/support/rows.ts';
import { now, scope, tower, unread } from './estate.ts';
import { receiver, sourceOf, state, view } from './source.ts';

const estate = tower({
  clusters: [cluster({ id: 'c1' }), cluster({ id: 'c2' })],
  hosts: [host({ id: 'h1' })],
  alerts: [polledAlert({ id: 'a1' })],
});

/** A source whose towers the test replaces as a collection, a reload or an outage would. */
const changing = (...towers: readonly TowerView[]) => {
  const source = { ...sourceOf([]), shown: towers, towers: (): readonly TowerView[] => source.shown };
  return { source, views: new ViewCache(source) };
};

describe('views between two collections', () => {
  it.each([everything, scope({ cluster_id: 'c2' }), scope({ tower: 'shanghai' }), scope({ datacenter_id: 'none' })])(
    'show what is worked out from the objects: %j',
    (narrowed) => {
      const { source, views } = changing(view(estate), view(tower({ tower: 'beijing' })));
      for (let time = 0; time < 2; time++) {
        expect(views.look(narrowed, now)).toMatchObject(viewOf(source, narrowed, now));
      }
    },
  );

  it('are worked out once for each scope', () => {
    const { views } = changing(view(estate));
    const first = views.look(everything, now).dashboard;
    const narrow = views.look(scope({ cluster_id: 'c1' }), now).dashboard;
    expect(narrow).not.toBe(first);
    expect(views.look(everything, now + 10_000).dashboard).toBe(first);
    expect(views.look(scope({ cluster_id: 'c1' }), now + 10_000).dashboard).toBe(narrow);
  });

  it.each<[string, TowerView]>([
    ['another collection', view(estate)],
    ['other objects', view({ ...estate, alerts: [] })],
    ['a tower that lost everything', view(unread)],
    ['a tower of another name', view({ ...estate, tower: 'beijing' })],
    ['another offset of its times', { ...view(estate), assumeOffsetMinutes: 480 }],
  ])('are worked out anew after %s', (_, next) => {
    const { source, views } = changing(view(estate));
    const first = views.look(everything, now).dashboard;
    source.shown = [next];
    const second = views.look(everything, now);
    expect(second.dashboard).not.toBe(first);
    expect(second).toMatchObject(viewOf(source, everything, now));
  });

  it('are worked out anew when only one resource was read again', () => {
    const shown = view(estate);
    const other = view(estate);
    const { source, views } = changing(shown);
    const first = views.look(everything, now).dashboard;
    const { latest } = shown.inventory;
    source.shown = [
      { ...shown, inventory: { latest: (name) => (name === 'alerts' ? other.inventory.latest(name) : latest(name)) } },
    ];
    expect(views.look(everything, now).dashboard).not.toBe(first);
  });

  it('are worked out anew after a minute, since some figures are of the time, and when the clock was set back', () => {
    const { views } = changing(view(estate));
    const first = views.look(everything, now).dashboard;
    expect(views.look(everything, now + 59_999).dashboard).toBe(first);
    const second = views.look(everything, now + 60_000).dashboard;
    expect(second).not.toBe(first);
    expect(views.look(everything, now).dashboard).not.toBe(second);
  });

  it('show the state of collectors and receivers as it is', () => {
    const shown = view(estate);
    const receivers = [receiver()];
    const source: DashboardSource = {
      ...sourceOf([shown], receivers),
      towers: () => [{ ...shown, states: () => [state({ lastError })] }],
    };
    let lastError: { readonly code: string; readonly message: string } | null = null;
    const views = new ViewCache(source);
    expect(views.look(everything, now).verdict.level).toBe('critical');
    lastError = { code: 'network', message: 'refused' };
    receivers[0] = receiver({ deadLetters: 3 });
    const { health, verdict } = views.look(everything, now);
    expect(health.towers[0]?.reach).toBe('unreachable');
    expect(health.receivers[0]?.deadLetters).toBe(3);
    expect(verdict.reasons.map(({ text }) => text)).toContain('3 dead letters of receiver on-call');
  });

  it('are kept for a bounded number of scopes, whatever people ask for', () => {
    const { views } = changing(view(estate));
    const asked = Array.from({ length: 100 }, (_, index) => scope({ cluster_id: `none-${index}` }));
    const first = asked.map((narrowed) => views.look(narrowed, now).dashboard);
    const same = asked.filter((narrowed, index) => views.look(narrowed, now).dashboard === first[index]);
    expect(same).toHaveLength(32);
  });
});
