/** The middle value (the upper one of two); NaN of nothing. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The slope of the straight line that fits the points best (least squares); NaN for fewer than two different x. */
export const slope = (points: readonly Point[]): number => {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
};

/** The k of y ≈ c·x^k: 1 is linear growth, less is better than that. All coordinates must be above 0. */
export const exponent = (points: readonly Point[]): number =>
  slope(points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) })));
