import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document'
import { IamRole } from '@cdktf/provider-aws/lib/iam-role'
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy'
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config'
import { SchedulerSchedule } from '@cdktf/provider-aws/lib/scheduler-schedule'
import { SchedulerScheduleGroup } from '@cdktf/provider-aws/lib/scheduler-schedule-group'
import { Construct } from 'constructs'
import type { LoaderFunction } from './loader-function'
import { may } from './permissions'

export interface TickScheduleProps {
  /** Name of the schedule and of its group; that of its role goes on with `-schedule`. */
  readonly name: string
  readonly account: string
  /** What is called every minute. */
  readonly calls: LoaderFunction
  readonly role: { readonly path: string; readonly permissionsBoundary?: string | undefined }
}

/** A tick that comes late is not worth making up for: the next one does the same. */
const WORTH_SECONDS = 60

/**
 * Calls a function every minute. What fails is neither repeated nor parked, since the next minute is the repetition; an alarm
 * tells when they all fail.
 */
export class TickSchedule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { name, account, calls, role: { path, permissionsBoundary } }: TickScheduleProps,
  ) {
    super(scope, id)
    const group = new SchedulerScheduleGroup(this, 'group', { name })
    const role = new IamRole(this, 'role', {
      name: `${name}-schedule`,
      path,
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      description: `Calls ${name} every minute`,
      assumeRolePolicy: new DataAwsIamPolicyDocument(this, 'trust', {
        statement: [
          {
            actions: ['sts:AssumeRole'],
            principals: [{ type: 'Service', identifiers: ['scheduler.amazonaws.com'] }],
            condition: [
              { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account] },
              { test: 'ArnEquals', variable: 'aws:SourceArn', values: [group.arn] },
            ],
          },
        ],
      }).json,
    })
    const policy = new IamRolePolicy(this, 'role-policy', {
      name: 'what-it-does',
      role: role.name,
      policy: new DataAwsIamPolicyDocument(this, 'permissions', {
        statement: [may('CallTheTick', ['lambda:InvokeFunction'], [calls.arn])],
      }).json,
    })
    new SchedulerSchedule(this, 'schedule', {
      name,
      groupName: group.name,
      description: `Calls ${name} every minute`,
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: calls.arn,
        roleArn: role.arn,
        input: '{}',
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: WORTH_SECONDS },
      },
      dependsOn: [policy],
    })
    new LambdaFunctionEventInvokeConfig(this, 'invocations', {
      functionName: calls.functionName,
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: WORTH_SECONDS,
    })
  }
}
