/**
 * The state machines of SPEC.md, total: a state or an event that lacks a cell does not compile. Each cell says where the
 * event leads and what is done; {@link ./tables.test.ts} drives the real pipeline through every one.
 */
import type { FileRecord } from '../../../lambda/model'

/** What an object is for a target: nothing is known of it, it waits, or its file record says what became of it. */
export type FileState = 'unseen' | 'waiting' | FileRecord['status']

export const FILE_EVENTS = [
  'announced',
  'announced again',
  'written again alike',
  'overwritten',
  'announced late',
  'listed',
] as const
export type FileEvent = (typeof FILE_EVENTS)[number]

export interface FileCell {
  /** Once the queue is empty again. */
  readonly to: Exclude<FileState, 'waiting'>
  /** How often a file's rows were added by it. */
  readonly loads: 0 | 1
}

/** By the default policies: `overwrites: 'skip'`, and `duplicates: 'hold'` so that every state can be reached. */
export const FILE: Readonly<Record<FileState, Readonly<Record<FileEvent, FileCell>>>> = {
  unseen: {
    announced: { to: 'loaded', loads: 1 },
    'announced again': { to: 'loaded', loads: 1 },
    'written again alike': { to: 'loaded', loads: 1 },
    overwritten: { to: 'loaded', loads: 1 },
    'announced late': { to: 'loaded', loads: 1 },
    listed: { to: 'loaded', loads: 1 },
  },
  waiting: {
    announced: { to: 'loaded', loads: 1 },
    'announced again': { to: 'loaded', loads: 1 },
    'written again alike': { to: 'loaded', loads: 1 },
    overwritten: { to: 'loaded', loads: 1 },
    'announced late': { to: 'loaded', loads: 1 },
    listed: { to: 'loaded', loads: 1 },
  },
  loaded: {
    announced: { to: 'loaded', loads: 0 },
    'announced again': { to: 'loaded', loads: 0 },
    'written again alike': { to: 'loaded', loads: 0 },
    overwritten: { to: 'loaded', loads: 0 },
    'announced late': { to: 'loaded', loads: 0 },
    listed: { to: 'loaded', loads: 0 },
  },
  failed: {
    announced: { to: 'failed', loads: 0 },
    'announced again': { to: 'failed', loads: 0 },
    'written again alike': { to: 'loaded', loads: 1 },
    overwritten: { to: 'loaded', loads: 1 },
    'announced late': { to: 'failed', loads: 0 },
    listed: { to: 'failed', loads: 0 },
  },
  held: {
    announced: { to: 'held', loads: 0 },
    'announced again': { to: 'held', loads: 0 },
    'written again alike': { to: 'held', loads: 0 },
    overwritten: { to: 'loaded', loads: 1 },
    'announced late': { to: 'held', loads: 0 },
    listed: { to: 'held', loads: 0 },
  },
  skipped: {
    announced: { to: 'skipped', loads: 0 },
    'announced again': { to: 'skipped', loads: 0 },
    'written again alike': { to: 'skipped', loads: 0 },
    overwritten: { to: 'loaded', loads: 1 },
    'announced late': { to: 'skipped', loads: 0 },
    listed: { to: 'skipped', loads: 0 },
  },
}

/** What a target is at one moment, by its item: the first that fits. */
export type TargetKind = 'leased' | 'on hold' | 'unfinished' | 'waiting' | 'idle'

export const TARGET_EVENTS = ['an arrival is counted', 'a wake comes', 'the tick looks', 'time passes'] as const
export type TargetEvent = (typeof TARGET_EVENTS)[number]

export interface TargetCell {
  readonly to: TargetKind
  /** Whether a wake is sent: at once, for later, or none. */
  readonly wake: 'now' | 'later' | 'none'
}

/** A window of a minute, an old lease and a hold that end after two, and nobody who brings wakes. */
export const TARGET: Readonly<Record<TargetKind, Readonly<Record<TargetEvent, TargetCell>>>> = {
  idle: {
    'an arrival is counted': { to: 'waiting', wake: 'later' },
    'a wake comes': { to: 'idle', wake: 'none' },
    'the tick looks': { to: 'idle', wake: 'none' },
    'time passes': { to: 'idle', wake: 'none' },
  },
  waiting: {
    // The wake that was noted is under way.
    'an arrival is counted': { to: 'waiting', wake: 'none' },
    // Too early: the time of the oldest is noted, and a wake sent for then.
    'a wake comes': { to: 'waiting', wake: 'later' },
    'the tick looks': { to: 'waiting', wake: 'none' },
    // The noted wake got lost: the tick sends another.
    'time passes': { to: 'waiting', wake: 'now' },
  },
  leased: {
    // Whoever holds the lease looks at the counts when it lets go.
    'an arrival is counted': { to: 'leased', wake: 'none' },
    'a wake comes': { to: 'leased', wake: 'none' },
    'the tick looks': { to: 'leased', wake: 'none' },
    // Its holder has died: nobody can act for it any more.
    'time passes': { to: 'waiting', wake: 'now' },
  },
  unfinished: {
    'an arrival is counted': { to: 'unfinished', wake: 'now' },
    // Recovered: the receipt is there, only the bookkeeping was left.
    'a wake comes': { to: 'idle', wake: 'none' },
    'the tick looks': { to: 'unfinished', wake: 'now' },
    'time passes': { to: 'unfinished', wake: 'now' },
  },
  'on hold': {
    'an arrival is counted': { to: 'on hold', wake: 'none' },
    'a wake comes': { to: 'on hold', wake: 'none' },
    'the tick looks': { to: 'on hold', wake: 'none' },
    'time passes': { to: 'waiting', wake: 'now' },
  },
}

export type BatchState = 'open' | 'loaded' | 'failed'

export const BATCH_EVENTS = [
  'committed',
  'refused',
  'outcome unknown',
  'loader dies',
  'recovered with receipt',
  'recovered without receipt',
] as const
export type BatchEvent = (typeof BATCH_EVENTS)[number]

export interface BatchCell {
  readonly to: BatchState
  /** Whether the target still names it: then it is finished before any other begins. */
  readonly named: boolean
}

/** `never`: the target names no closed batch, unless its loader died between closing it and taking its name off. */
export const BATCH: Readonly<Record<BatchState, Readonly<Record<BatchEvent, BatchCell | 'never'>>>> = {
  open: {
    committed: { to: 'loaded', named: false },
    refused: { to: 'failed', named: false },
    'outcome unknown': { to: 'open', named: true },
    'loader dies': { to: 'open', named: true },
    'recovered with receipt': { to: 'loaded', named: false },
    // Another attempt of the same batch, here a good one.
    'recovered without receipt': { to: 'loaded', named: false },
  },
  loaded: {
    committed: 'never',
    refused: 'never',
    'outcome unknown': 'never',
    'loader dies': { to: 'loaded', named: true },
    'recovered with receipt': { to: 'loaded', named: false },
    'recovered without receipt': 'never',
  },
  failed: {
    committed: 'never',
    refused: 'never',
    'outcome unknown': 'never',
    'loader dies': { to: 'failed', named: true },
    'recovered with receipt': 'never',
    'recovered without receipt': { to: 'failed', named: false },
  },
}
