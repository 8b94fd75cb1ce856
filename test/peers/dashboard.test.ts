import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { TowerObjects } from '../../src/dashboard/objects.ts';
import { createDashboardRouter } from '../../src/dashboard/router.ts';
import type { DashboardSource } from '../../src/dashboard/source.ts';
import { polledAlert } from '../collectors/support/rows.ts';
import { now, tower, unread } from '../dashboard/estate.ts';
import { hostileNames, hostileTower, variedTower } from '../dashboard/peer-estate.ts';
import { receiver, sourceOf, states, view } from '../dashboard/source.ts';
import { startServer } from '../server/support.ts';
import { describeWithPeers } from '../support/peers.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page on a server of its own; `complaints` are whatever the browser had to say. */
const open = async (
  browser: Browser,
  source: DashboardSource,
  options: { theme?: 'light' | 'dark'; width?: number; path?: string } = {},
) => {
  const server = await startServer({
    routes: [createDashboardRouter({ source, clock: { ...systemClock, now: () => now }, telemetryPath: '/metrics' })],
  });
  const { theme = 'light', width = 1280, path = '/' } = options;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${server.url}${path}`);
  return {
    page,
    server,
    complaints,
    requests,
    [Symbol.asyncDispose]: async () => {
      await page.close();
      await server.server.close(100);
    },
  };
};

/** Lets the page ask for news now, as it does when somebody looks at it again, and waits until it has them. */
const refresh = async (page: Page): Promise<void> => {
  const answered = page.waitForResponse((response) => response.request().resourceType() === 'fetch');
  await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
  await (await answered).finished();
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 50))');
};

const varied = (): DashboardSource => sourceOf([view(variedTower())], [receiver()]);

describeWithPeers('the dashboard in Chromium', ['chromium'], ({ chromium: executablePath = '' }) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: flags });
  });
  afterAll(() => browser.close());

  it('answers at one look, and asks nobody else', async () => {
    await using opened = await open(browser, varied());
    const { page, server, complaints, requests } = opened;
    expect(await page.locator('#verdict h2').innerText()).toBe('Needs attention now');
    const box = await page.locator('#verdict').boundingBox();
    expect((box?.y ?? 900) + (box?.height ?? 900)).toBeLessThan(400);
    expect(await page.locator('#verdict').innerText()).toMatch(/cluster not connected: beijing-edge/);
    expect(await page.locator('.alerts summary').allInnerTexts()).toEqual([
      'newest critical',
      'the disk is worn out',
      'for information',
    ]);
    expect(await page.locator('#recycle-bin').innerText()).toContain('1.00');
    expect(requests.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('opens an alert by keyboard and keeps it, the focus and the scrolling over a refresh', async () => {
    let objects: TowerObjects = variedTower();
    const source: DashboardSource = { ...varied(), towers: () => [view(objects)] };
    await using opened = await open(browser, source);
    const { page, complaints } = opened;
    const worn = page.locator('details', { hasText: 'the disk is worn out' });
    await worn.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await worn.locator('dl').innerText()).toMatch(/Cause\s+age\s+Impact\s+data\s+Solution\s+replace it/);
    await page.evaluate(`document.getElementById('collectors').marked = true`);
    objects = {
      ...objects,
      alerts: [...(objects.alerts ?? []), polledAlert({ id: 'a9', message: 'just now', local_start_time: null })],
    };
    await refresh(page);
    expect(await page.locator('.alerts summary').allInnerTexts()).toContain('just now');
    expect(await worn.getAttribute('open')).toBe('');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('the disk is worn out');
    // What did not change was not touched.
    expect(await page.evaluate(`document.getElementById('collectors').marked`)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('narrows by the pickers, with and without its script', async () => {
    const source = sourceOf([view(variedTower()), view(tower({ tower: 'beijing' }))]);
    await using opened = await open(browser, source);
    const { page, complaints } = opened;
    await page.selectOption('#scope-tower', 'shanghai');
    await page.waitForURL(/\?tower=shanghai$/);
    await page.selectOption('#scope-datacenter_id', 'd1');
    await page.waitForURL(/datacenter_id=d1/);
    await page.locator('#clusters h2', { hasText: 'Clusters (1)' }).waitFor();
    expect(await page.locator('#scope-cluster_id option').allInnerTexts()).toEqual(['All clusters', '上海-生产']);
    await page.goBack();
    await page.locator('#clusters h2', { hasText: 'Clusters (3)' }).waitFor();
    expect(complaints).toEqual([]);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(opened.server.url);
    await plain.selectOption('#scope-cluster_id', 'c2');
    await plain.click('#scope-show');
    expect(new URL(plain.url()).search).toContain('cluster_id=c2');
    expect(await plain.locator('#clusters h2').innerText()).toBe('Clusters (1)');
    await context.close();
  });

  it('says when the exporter is gone, and rests while nobody looks', async () => {
    await using opened = await open(browser, varied());
    const { page, requests, server } = opened;
    await page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })`);
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    expect(requests.filter((url) => url === `${server.url}/`)).toHaveLength(1);
    await server.server.close(100);
    await page.evaluate(`delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))`);
    await page.locator('#connection', { hasText: 'has not answered since' }).waitFor();
    expect(await page.locator('#verdict h2').innerText()).toBe('Needs attention now');
  });

  it('lets no name become anything but text', async () => {
    const targets = [
      { target: hostileNames[1], state: 'retrying', problem: hostileNames[2], lastSuccess: null },
    ] as const;
    const failing = states({ lastError: { code: 'status', message: hostileNames[1] } });
    const source = sourceOf([view(hostileTower, failing)], [receiver({ name: hostileNames[0], targets })]);
    await using opened = await open(browser, source);
    const { page, complaints } = opened;
    await page.locator('summary').first().click();
    await refresh(page);
    expect(await page.evaluate('globalThis.attacked')).toBeUndefined();
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('img, iframe, [onerror], [onfocus], [style]').count()).toBe(0);
    expect(await page.locator('#alerts').innerText()).toContain(hostileNames[0]);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['light', 1280],
    ['light', 390],
    ['dark', 1280],
    ['dark', 390],
  ] as const)('is accessible and fits, %s at %i', async (theme, width) => {
    const unreadStates = states({ lastSuccess: null, lastError: { code: 'network', message: 'refused' } });
    const sources = [varied(), sourceOf([view(unread, unreadStates)], [], false), sourceOf([view(hostileTower)])];
    for (const source of sources) {
      await using opened = await open(browser, source, { theme, width });
      const { page, complaints } = opened;
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(complaints).toEqual([]);
      // The browser's debugger may run what the page's policy would not let in.
      await page.evaluate(axe);
      const found = await page.evaluate<unknown>(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target).join(', ')))`,
      );
      expect(found).toEqual([]);
    }
  });
});
