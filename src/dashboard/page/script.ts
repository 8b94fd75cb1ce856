/**
 * The page's script, as it is sent. It asks for the page anew and takes over the parts that changed, keeping focus, scrolled
 * tables, open details and selected text; rests while nobody looks; keeps ages up to date; and applies the pickers at once.
 */
export const script = String.raw`'use strict';
(() => {
  const every = Number(document.body.dataset.refresh) * 1000;
  const connection = document.getElementById('connection');
  let timer = 0;
  let request = null;
  let failedAt = null;
  let skew = 0;
  document.documentElement.classList.add('scripted');

  const duration = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
    if (d > 0) return d >= 10 || h === 0 ? d + 'd' : d + 'd ' + h + 'h';
    if (h > 0) return m === 0 ? h + 'h' : h + 'h ' + m + 'm';
    if (m > 0) return s % 60 === 0 || m >= 10 ? m + 'm' : m + 'm ' + (s % 60) + 's';
    return s + 's';
  };
  const readClock = () => {
    const asOf = document.querySelector('#as-of time');
    if (asOf !== null) skew = Number(asOf.dataset.age) - Date.now();
  };
  const showAges = () => {
    if (document.hidden) return;
    const now = Date.now() + skew;
    for (const time of document.querySelectorAll('time[data-age]')) {
      const text = duration(now - Number(time.dataset.age));
      if (time.textContent !== text) time.textContent = text;
    }
  };

  const describeFocus = (part) => {
    const focused = document.activeElement;
    if (focused === null || !part.contains(focused)) return null;
    const anchor = focused.closest('[id]');
    const alike = [anchor, ...anchor.querySelectorAll(focused.localName)].filter((e) => e.localName === focused.localName);
    return { id: anchor.id, tag: focused.localName, index: alike.indexOf(focused) };
  };
  const restoreFocus = (focus) => {
    const anchor = focus === null ? null : document.getElementById(focus.id);
    if (anchor === null) return;
    const alike = [anchor, ...anchor.querySelectorAll(focus.tag)].filter((e) => e.localName === focus.tag);
    alike[focus.index]?.focus({ preventScroll: true });
  };
  const hasSelection = (part) => {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && part.contains(selection.anchorNode);
  };

  const replace = (old, fresh) => {
    const focus = describeFocus(old);
    const open = [...old.querySelectorAll('details[open][id]')].map((e) => e.id);
    const scrolled = [...old.querySelectorAll('.scroll[id]')].map((e) => [e.id, e.scrollLeft, e.scrollTop]);
    old.replaceWith(document.importNode(fresh, true));
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    for (const [id, left, top] of scrolled) document.getElementById(id)?.scrollTo(left, top);
    restoreFocus(focus);
  };

  const take = (page, chosen) => {
    document.title = page.title;
    const icon = page.getElementById('icon');
    if (icon !== null && icon.getAttribute('href') !== document.getElementById('icon').getAttribute('href'))
      document.getElementById('icon').setAttribute('href', icon.getAttribute('href'));
    const parts = [...page.querySelectorAll('main [data-version]')];
    const known = parts.length > 0 && parts.every(({ id }) => document.getElementById(id) !== null);
    if (!known) replace(document.getElementById('main'), page.getElementById('main'));
    for (const fresh of known ? parts : []) {
      const old = document.getElementById(fresh.id);
      if (old.dataset.version === fresh.dataset.version) continue;
      if (chosen || !hasSelection(old)) replace(old, fresh);
    }
    const form = document.getElementById('scope');
    const freshForm = page.getElementById('scope');
    if (form !== null && freshForm !== null && form.outerHTML !== freshForm.outerHTML)
      if (chosen || !form.contains(document.activeElement)) replace(form, freshForm);
    const asOf = page.getElementById('as-of');
    if (asOf !== null) document.getElementById('as-of')?.replaceWith(document.importNode(asOf, true));
    readClock();
    showAges();
  };

  const say = (text) => {
    connection.hidden = text === '';
    if (connection.textContent !== text) connection.textContent = text;
  };

  const refresh = async (chosen = false) => {
    clearTimeout(timer);
    request?.abort();
    const own = (request = new AbortController());
    const limit = setTimeout(() => own.abort('late'), 15000);
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store', signal: own.signal });
      if (response.status === 401 || response.status === 403) throw new Error('sign in again: reload the page');
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      if (page.getElementById('main') === null) throw new Error('the answer was not the page');
      if (own !== request) return;
      failedAt = null;
      say('');
      take(page, chosen);
    } catch (error) {
      if (own !== request) return;
      failedAt ??= new Date();
      const why = error instanceof Error && error.message.startsWith('sign in') ? error.message : 'it is asked again by itself';
      say('The exporter has not answered since ' + failedAt.toLocaleTimeString() + ': what is shown is old; ' + why + '.');
    } finally {
      clearTimeout(limit);
      if (own === request) schedule();
    }
  };
  const schedule = () => {
    clearTimeout(timer);
    if (!document.hidden && every > 0) timer = setTimeout(() => refresh(), every);
  };

  const choose = (form, changed) => {
    const data = new FormData(form);
    if (changed === 'tower') data.delete('datacenter_id');
    if (changed === 'tower' || changed === 'datacenter_id') data.delete('cluster_id');
    const query = new URLSearchParams([...data].filter(([, value]) => value !== ''));
    history.pushState(null, '', query.size === 0 ? '/' : '/?' + query);
    refresh(true);
  };
  document.addEventListener('change', (event) => {
    const form = event.target.form;
    if (form?.id === 'scope') choose(form, event.target.name);
  });
  document.addEventListener('submit', (event) => {
    if (event.target.id !== 'scope') return;
    event.preventDefault();
    choose(event.target, '');
  });
  addEventListener('popstate', () => refresh(true));
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) clearTimeout(timer);
    else refresh();
  });

  readClock();
  setInterval(showAges, 1000);
  schedule();
})();
`;
