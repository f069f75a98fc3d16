/** A finding of checkov that is as it should be. */
export interface AcceptedRisk {
  readonly check: `CKV_AWS_${number}` | `CKV2_AWS_${number}`
  /** Paths of constructs, without the environment. */
  readonly of: RegExp
  readonly because: string
}

/**
 * The findings that stay, each with its reason. `npm run test:security` fails for every other one, and for a reason that nothing is
 * found for any more.
 */
export const ACCEPTED_RISKS: readonly AcceptedRisk[] = [
  ...(['CKV_AWS_109', 'CKV_AWS_111', 'CKV_AWS_356'] as const).map((check) => ({
    check,
    of: /^key\/policy$/,
    because:
      "the policy of a key speaks of that key alone, which is what '*' means in it, and a key whose account may not change its policy can never be changed again",
  })),
  {
    check: 'CKV_AWS_18',
    of: /bucket\/bucket$/,
    because:
      'server access logs need one more bucket, come late and may miss requests; whoever has to know who read what records data events with CloudTrail, for the whole account',
  },
  {
    check: 'CKV_AWS_144',
    of: /bucket\/bucket$/,
    because:
      'a landing bucket is a way through and not an archive, and the settings come from the source code: neither is what another region would be restored from',
  },
  {
    check: 'CKV_AWS_145',
    of: /^landing-bucket\/bucket\/bucket$/,
    because:
      "files are encrypted with S3's own key unless kmsKey says otherwise: whoever delivers them, from other accounts too, and the warehouse that reads them would need a key of ours",
  },
  {
    check: 'CKV2_AWS_62',
    of: /^settings\/bucket\/bucket$/,
    because: 'nobody waits for an event of the settings: the functions look for a newer document themselves',
  },
  {
    check: 'CKV_AWS_115',
    of: /^functions\/on-(load|object)\/function$/,
    because:
      'their event sources limit them: a reservation that is reached throttles, which uses up the tries of messages that nobody has looked at',
  },
  {
    check: 'CKV_AWS_116',
    of: /^functions\/[^/]+\/function$/,
    because:
      'dead letters belong to the queues that on-load and on-object read; a tick that is lost is made up for by the next one, a minute later',
  },
  {
    check: 'CKV_AWS_117',
    of: /^functions\/[^/]+\/function$/,
    because:
      'only on-load talks to a warehouse, and is in its VPC if the environment names one; the others call services of AWS, which a VPC would only put further away',
  },
  {
    check: 'CKV_AWS_173',
    of: /^functions\/[^/]+\/function$/,
    because:
      'their variables hold names of tables, queues and the settings, and no secret; Lambda encrypts them at rest with its own key',
  },
  {
    check: 'CKV_AWS_272',
    of: /^functions\/[^/]+\/function$/,
    because: 'the archives are made and uploaded by the same deploy: a signature by the same hands would prove nothing',
  },
  {
    check: 'CKV_AWS_297',
    of: /^every-minute\/schedule$/,
    because: 'the schedule says nothing but that a function is to be called every minute',
  },
  {
    check: 'CKV_AWS_338',
    of: /^functions\/[^/]+\/log$/,
    because:
      'functions.logDays says how long logs are kept, a month by default: what became of a file is kept in the file records, which outlive them',
  },
  {
    check: 'CKV_AWS_158',
    of: /^network\/vpc\/flows$/,
    because: 'flow logs hold addresses and ports, no content; CloudWatch encrypts them with its own key',
  },
]
