/** How much was unread at a time. */
export interface LagSample {
  readonly at: number;
  /** `undefined`: not known. */
  readonly lag: number | undefined;
}

/** Where the backlog of a group is going. */
export interface Trend {
  readonly direction: 'falling' | 'rising' | 'steady' | 'unknown';
  /** Events a second; negative while it falls. */
  readonly perSecond: number | undefined;
  /** When nothing is left at this pace, in milliseconds since 1970; `undefined` unless it falls or is over. */
  readonly eta: number | undefined;
}

/** Compares two looks at the same backlog. Pure. */
export const trendOf = (earlier: LagSample, later: LagSample): Trend => {
  const { at, lag } = later;
  if (lag === 0) return { direction: 'steady', perSecond: 0, eta: at };
  const seconds = (at - earlier.at) / 1000;
  if (lag === undefined || earlier.lag === undefined || seconds <= 0) {
    return { direction: 'unknown', perSecond: undefined, eta: undefined };
  }
  const perSecond = (lag - earlier.lag) / seconds;
  if (perSecond === 0) return { direction: 'steady', perSecond, eta: undefined };
  return perSecond > 0
    ? { direction: 'rising', perSecond, eta: undefined }
    : { direction: 'falling', perSecond, eta: Math.ceil(at + (lag / -perSecond) * 1000) };
};
