import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

/** Colours by value: the first holds from below, each further one from its value on. */
export type Steps = readonly [string, ...(readonly [number, string])[]];

/** For figures without good and bad. */
export const neutral: Steps = ['blue'];
/** Zero is good, anything above is bad. */
export const zeroIsGood: Steps = ['green', [1, 'red']];
/** Zero is good, anything above wants a look. */
export const zeroIsCalm: Steps = ['green', [1, 'orange']];
/** A 0–1 gauge that should be 1. */
export const oneIsGood: Steps = ['red', [1, 'green']];
/** A ratio that fills up: the alerting rules' levels. */
export const filling: Steps = ['green', [0.8, 'yellow'], [0.9, 'red']];
/** Days left: the alerting rules' 7 and 30. */
export const daysLeft: Steps = ['red', [7, 'orange'], [30, 'green']];
/** Seconds since something that should be recent. */
export const ages = (warning: number, critical: number): Steps => ['green', [warning, 'orange'], [critical, 'red']];

/** Grafana's form of the steps. */
export const thresholds = (steps: Steps): dashboard.ThresholdsConfigBuilder => {
  const [base, ...rest] = steps;
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...rest.map(([value, color]) => ({ value, color }))]);
};

/** Texts for single values: `{ 0: ['down', 'red'] }`. */
export const texts = (values: Readonly<Record<string, readonly [string, string]>>): dashboard.ValueMapping => ({
  type: dashboard.MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(values).map(([value, [text, color]], index) => [value, { text, color, index }]),
  ),
});

/** One text for all values from `from` on. */
export const textFrom = (from: number, text: string, color: string): dashboard.ValueMapping => ({
  type: dashboard.MappingType.RangeToText,
  options: { from, to: null, result: { text, color } },
});
