// node:perf_hooks.

import { unavailable } from 'cronflow:internal/node/errors';

export const performance: any = (globalThis as any).performance;
if (performance.timerify === undefined) performance.timerify = (fn: unknown) => fn;
if (performance.eventLoopUtilization === undefined) performance.eventLoopUtilization = () => ({ idle: 0, active: 0, utilization: 0 });
const globals = globalThis as any;
const missing = unavailable('perf_hooks', ['PerformanceObserver', 'PerformanceEntry', 'monitorEventLoopDelay', 'createHistogram']);
export const PerformanceObserver = globals.PerformanceObserver ?? missing.PerformanceObserver;
export const PerformanceEntry = globals.PerformanceEntry ?? missing.PerformanceEntry;
export const { monitorEventLoopDelay, createHistogram } = missing;
export const { Performance, PerformanceMark, PerformanceMeasure, PerformanceObserverEntryList, PerformanceResourceTiming } = globals;
export const constants = {};
export default {
  performance, PerformanceObserver, PerformanceEntry, monitorEventLoopDelay, createHistogram, constants, Performance, PerformanceMark,
  PerformanceMeasure, PerformanceObserverEntryList, PerformanceResourceTiming,
};
