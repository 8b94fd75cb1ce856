import type { Json } from './schema/column.ts';

/** What goes wrong with an answer. Names and members are the control endpoint's too. */
export type FaultAction =
  /** Another status; `body`: an ErrorBody (default), HTML, nothing, a bare JSON string, or the given text. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: 'error' | 'html' | 'none' | 'string';
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Waits before anything else, in real milliseconds; `part: 'body'` sends the headers first. */
  | { readonly kind: 'delay'; readonly ms: number; readonly part?: 'headers' | 'body' }
  /** The connection ends after a share (0–1, default one half) of the body. */
  | { readonly kind: 'cut'; readonly share?: number }
  /** The connection is reset before the answer. */
  | { readonly kind: 'reset' }
  /** No answer ever. */
  | { readonly kind: 'hang' }
  /** 200 with this body instead of the answer. */
  | { readonly kind: 'html' }
  | { readonly kind: 'null' }
  | { readonly kind: 'object' }
  | { readonly kind: 'body'; readonly text: string; readonly content_type?: string }
  /** Rows that are no rows (null, numbers, objects without an id) among the others. */
  | { readonly kind: 'nonsense' }
  /** Rows carry a key that no specification knows. */
  | { readonly kind: 'extra_keys' }
  /** A hidden cap: no more rows than that, whatever `first` says. */
  | { readonly kind: 'page_cap'; readonly rows: number }
  /** Before each page one row goes and another comes. */
  | { readonly kind: 'shift' }
  /** A page begins with the last row of the page before it. */
  | { readonly kind: 'overlap' }
  /** The cursor is ignored: the first page for ever. */
  | { readonly kind: 'stuck' }
  /** The connection counts wrong by so much. */
  | { readonly kind: 'count'; readonly delta: number }
  /** The user may not read this: 403, or 200 with nothing in it. */
  | { readonly kind: 'forbidden'; readonly as: 'status' | 'empty' };

export interface FaultRule {
  /** An operation such as `get-vms`, with `*` for any text; default `*`. */
  readonly operation?: string;
  /** How many requests it strikes; default: until cleared. */
  readonly times?: number;
  /** How many matching requests pass before it strikes; default 0. */
  readonly skip?: number;
  readonly action: FaultAction;
}

interface Active {
  readonly id: number;
  readonly rule: FaultRule;
  readonly pattern: RegExp;
  struck: number;
  seen: number;
}

export interface FaultState {
  readonly id: number;
  readonly rule: FaultRule;
  readonly seen: number;
  readonly struck: number;
}

export type When = Pick<FaultRule, 'times' | 'skip'>;

const patternOf = (operation: string): RegExp =>
  new RegExp(
    `^${operation
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

/** The faults that are set. Every matching one strikes; of two that exclude each other the older one wins. */
export class Faults {
  #active: Active[] = [];
  #nextId = 1;
  readonly #session: { expireTokens(): void; lockOut(ms: number): void };

  constructor(session: { expireTokens(): void; lockOut(ms: number): void }) {
    this.#session = session;
  }

  /** Sets a fault and answers its id. */
  add(rule: FaultRule): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#active.push({ id, rule, pattern: patternOf(rule.operation ?? '*'), struck: 0, seen: 0 });
    return id;
  }

  /** Takes one fault away, or all of them. */
  clear(id?: number): void {
    this.#active = id === undefined ? [] : this.#active.filter((fault) => fault.id !== id);
  }

  list(): readonly FaultState[] {
    return this.#active.map(({ id, rule, seen, struck }) => ({ id, rule, seen, struck }));
  }

  /** The actions that strike this request; counts it. */
  take(operation: string): readonly FaultAction[] {
    const struck: FaultAction[] = [];
    for (const fault of this.#active) {
      if (!fault.pattern.test(operation)) continue;
      fault.seen += 1;
      if (fault.seen <= (fault.rule.skip ?? 0)) continue;
      fault.struck += 1;
      struck.push(fault.rule.action);
    }
    this.#active = this.#active.filter(({ rule, struck: count }) => rule.times === undefined || count < rule.times);
    return struck;
  }

  /** An HTTP status other than 200, such as 429 with `{ 'retry-after': '2' }`. */
  status(
    operation: string,
    status: number,
    more: When & Omit<Extract<FaultAction, { kind: 'status' }>, 'kind' | 'status'> = {},
  ): number {
    const { times, skip, ...rest } = more;
    return this.#set(
      operation,
      { kind: 'status', status, ...rest },
      { ...(times === undefined ? {} : { times }), ...(skip === undefined ? {} : { skip }) },
    );
  }

  delay(operation: string, ms: number, when: When = {}): number {
    return this.#set(operation, { kind: 'delay', ms }, when);
  }

  cut(operation: string, when: When = {}): number {
    return this.#set(operation, { kind: 'cut' }, when);
  }

  reset(operation: string, when: When = {}): number {
    return this.#set(operation, { kind: 'reset' }, when);
  }

  hang(operation: string, when: When = {}): number {
    return this.#set(operation, { kind: 'hang' }, when);
  }

  html(operation: string, when: When = {}): number {
    return this.#set(operation, { kind: 'html' }, when);
  }

  /** A 200 with this JSON instead of the answer. */
  answer(operation: string, value: Json, when: When = {}): number {
    return this.#set(operation, { kind: 'body', text: JSON.stringify(value) }, when);
  }

  nonsense(operation: string, when: When = {}): number {
    return this.#set(operation, { kind: 'nonsense' }, when);
  }

  pageCap(rows: number, operation = 'get-*'): number {
    return this.#set(operation, { kind: 'page_cap', rows }, {});
  }

  shift(operation: string, when: When = {}): number {
    return this.#set(operation, { kind: 'shift' }, when);
  }

  overlap(operation: string, when: When = {}): number {
    return this.#set(operation, { kind: 'overlap' }, when);
  }

  stuck(operation: string, when: When = {}): number {
    return this.#set(operation, { kind: 'stuck' }, when);
  }

  /** `operation` is the list's; its connection counts wrong. */
  miscount(operation: string, delta: number, when: When = {}): number {
    return this.#set(`${operation}-connection`, { kind: 'count', delta }, when);
  }

  /** `operation` and its connection, if the pattern covers it. */
  forbid(operation: string, as: 'status' | 'empty' = 'status', when: When = {}): number {
    return this.#set(operation, { kind: 'forbidden', as }, when);
  }

  /** Every token given out so far stops working: 401 until the next login. */
  expireTokens(): void {
    this.#session.expireTokens();
  }

  /** Refuses every login for so long, in the tower's milliseconds. */
  lockOut(ms: number): void {
    this.#session.lockOut(ms);
  }

  #set(operation: string, action: FaultAction, when: When): number {
    return this.add({ operation, action, ...when });
  }
}
