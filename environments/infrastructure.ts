import { z } from 'zod'

const MAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/
const TOPIC = /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w-]+$/

/** A mail address, which a created topic is subscribed to, or an existing topic. */
const told = z
  .string()
  .refine(
    (text) => MAIL.test(text) || TOPIC.test(text),
    'a mail address is expected, or the ARN of an existing SNS topic',
  )
  .transform((text) => (TOPIC.test(text) ? { topicArn: text } : { mail: text }) as Told)

/** Whom a topic of Penstock's tells, or the topic that is given instead of one. */
export interface Told {
  readonly mail?: string
  readonly topicArn?: string
}

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket is named by 3–63 lower-case letters, digits, dots and hyphens')

const key = z
  .string()
  .regex(
    /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
    'a key is named by its ARN, arn:aws:kms:…:key/…, and not by an alias: permissions are given on keys',
  )
const policy = z
  .string()
  .regex(
    /^arn:[a-z-]+:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
    'a permissions boundary is named by its ARN, arn:aws:iam::…:policy/…',
  )
const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}-[0-9a-f]+$`), `${prefix}-… is expected`)

/** Services that a function in a private subnet can reach only through an endpoint, a NAT gateway, or not at all. */
export const ENDPOINTS = [
  's3',
  'dynamodb',
  'sqs',
  'sns',
  'ssm',
  'kms',
  'logs',
  'redshift',
  'redshift-serverless',
  'redshift-data',
] as const

const network = z.union(
  [
    z.strictObject({
      vpc: id('vpc'),
      /** Private subnets from which the warehouse can be reached; two, so that one zone may fail. */
      subnets: z.array(id('subnet')).min(1).max(16),
      /** Must be let in by the warehouse. @default one is created, which may go out over TLS and to the warehouses' ports */
      securityGroups: z.array(id('sg')).min(1).max(5).optional(),
      /** Created where the VPC lacks them. @default none */
      endpoints: z.array(z.enum(ENDPOINTS)).default([]),
      /** Route tables of the subnets, for the gateway endpoints of S3 and DynamoDB. */
      routeTables: z.array(id('rtb')).default([]),
    }),
    z.strictObject({
      /** A VPC of its own, with private subnets in two zones and every endpoint that the functions need. */
      cidr: z
        .string()
        .regex(/^\d+\.\d+\.\d+\.\d+\/(1[6-9]|2[0-4])$/, 'a network is written as 10.20.0.0/16, /16 to /24'),
    }),
  ],
  'network is { vpc, subnets } of an existing VPC, or { cidr } of a new one',
)

/** Lambda's own limits. */
const limits = (timeoutSeconds: number, memoryMb: number) =>
  z.strictObject({
    timeoutSeconds: z.number().int().min(1).max(900).default(timeoutSeconds),
    memoryMb: z.number().int().min(128).max(10_240).default(memoryMb),
  })

/** What an environment says of AWS; the rest of it is what the loader itself has to know. */
export const infrastructure = z.strictObject({
  account: z.string().regex(/^\d{12}$/, 'an AWS account has twelve digits'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region is named like eu-west-1'),
  bucket: z
    .union(
      [bucketName, z.strictObject({ existing: bucketName })],
      'a bucket is a name of 3–63 lower-case letters, digits, dots and hyphens, or { existing: … } to bring your own',
    )
    .transform((bucket) =>
      typeof bucket === 'string' ? { name: bucket, existing: false } : { name: bucket.existing, existing: true },
    ),
  notify: z.strictObject({ failures: told.optional(), successes: told.optional() }).default({}),
  /**
   * Encrypts everything that is kept: secrets, tables, logs, notices, settings and a created bucket. Its policy has to let
   * CloudWatch use it; modules/README.md shows how.
   * @default one is created for all of them but the bucket, whose files S3 encrypts with a key of its own
   */
  kmsKey: key.optional(),
  network: network.optional(),
  iam: z
    .strictObject({
      permissionsBoundary: policy.optional(),
      rolePath: z
        .string()
        .regex(/^\/([\w+=,.@-]+\/)*$/, 'a role path begins and ends with a slash, such as /data/')
        .default('/'),
    })
    .prefault({}),
  functions: z
    .strictObject({
      onObject: limits(60, 512).prefault({}),
      onLoad: limits(900, 512)
        .extend({ atOnce: z.number().int().min(2).max(1_000).default(50) })
        .prefault({}),
      onTick: limits(60, 512)
        .extend({
          /**
           * Keeps room for one tick at a time, whatever else runs in the account. An account that may run only ten functions at
           * once, as new ones may, refuses every reservation: say `false` there.
           */
          reserved: z.boolean().default(true),
        })
        .prefault({}),
      logDays: z
        .union(
          [
            1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288,
            3_653,
          ].map((days) => z.literal(days)),
          'CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731 … 3653 days',
        )
        .default(30),
      tracing: z.boolean().default(false),
    })
    .prefault({}),
  alarms: z
    .strictObject({
      /** A file that waits for longer is told of. */
      oldestArrivalMinutes: z.number().int().min(1).max(1_440).default(30),
    })
    .prefault({}),
  /** Buckets, tables, parameters and the key cannot be destroyed by Terraform. */
  protect: z.boolean().default(false),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
  /** Where Terraform keeps its state. @default `<bucket>-state` */
  stateBucket: bucketName.optional(),
})

export type InfrastructureInput = z.input<typeof infrastructure>
export type Infrastructure = z.output<typeof infrastructure>
