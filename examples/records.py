"""Log records in the shape their providers document, for generate.py. Each function returns one record with all its
ordinary members; what differs is passed in. Ids come from the caller's `ids`, so that equal seeds give equal bytes."""
import hashlib
import json

ORGANISATION = 'larkspur.example.com'
TENANT = '7d1f3c52-0c5e-4b8e-9a57-6a1f5f0f2b11'


class Ids:
    """Ids and choices from a seed: SHA-256 in counter mode, the same on every Python."""

    def __init__(self, seed):
        self.seed, self.count = seed, 0

    def digest(self):
        self.count += 1
        return hashlib.sha256(f'{self.seed}:{self.count}'.encode()).hexdigest()

    def below(self, n):
        return int(self.digest()[:15], 16) % n

    def pick(self, items):
        return items[self.below(len(items))]

    def hex(self, n):
        return self.digest()[:n]

    def uuid(self):
        h = self.digest()
        return f'{h[:8]}-{h[8:12]}-4{h[13:16]}-{"89ab"[int(h[16], 16) % 4]}{h[17:20]}-{h[20:32]}'

    def key(self, prefix='AKIA'):
        return prefix + 'EXAMPLE' + self.hex(9).upper()

    def digits(self, n):
        return str(int(self.digest(), 16))[:n]


# ---- AWS

def iam_user(account, name, key, mfa='true'):
    who = {'type': 'IAMUser', 'principalId': 'AIDA' + hashlib.sha256(name.encode()).hexdigest()[:17].upper(),
           'arn': f'arn:aws:iam::{account}:user/{name}', 'accountId': account, 'userName': name}
    if key:
        who['accessKeyId'] = key
    if mfa and key.startswith('ASIA'):
        who['sessionContext'] = {'attributes': {'creationDate': '2026-11-18T06:58:11Z', 'mfaAuthenticated': mfa}}
    return who


def root(account):
    return {'type': 'Root', 'principalId': account, 'arn': f'arn:aws:iam::{account}:root', 'accountId': account,
            'accessKeyId': ''}


def assumed_role(account, role, session, key, mfa='false', delivery=None):
    unique = 'AROA' + hashlib.sha256(role.encode()).hexdigest()[:17].upper()
    context = {'sessionIssuer': {'type': 'Role', 'principalId': unique, 'arn': f'arn:aws:iam::{account}:role/{role}',
                                 'accountId': account, 'userName': role},
               'attributes': {'creationDate': '2026-11-18T06:58:11Z', 'mfaAuthenticated': mfa}}
    if delivery:
        context['ec2RoleDelivery'] = delivery
    return {'type': 'AssumedRole', 'principalId': f'{unique}:{session}',
            'arn': f'arn:aws:sts::{account}:assumed-role/{role}/{session}', 'accountId': account, 'accessKeyId': key,
            'sessionContext': context}


def aws(ids, time, who, event, request=None, response=None, ip='192.0.2.10', region='eu-west-1', error=None,
        agent='aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.8 cfg/retry-mode#standard',
        account=None, resources=None, **more):
    """`event` is 'iam:CreateUser'; `error` is (code, message)."""
    service, name = event.split(':')
    record = {'eventVersion': '1.10', 'userIdentity': who, 'eventTime': time, 'eventSource': f'{service}.amazonaws.com',
              'eventName': name, 'awsRegion': region, 'sourceIPAddress': ip, 'userAgent': agent}
    if error:
        record['errorCode'], record['errorMessage'] = error
    record['requestParameters'], record['responseElements'] = request, response
    record['requestID'], record['eventID'] = ids.uuid(), ids.uuid()
    record['readOnly'] = name.startswith(('Describe', 'List', 'Get', 'Lookup', 'Head', 'Decrypt', 'AssumeRole'))
    if resources:
        record['resources'] = resources
    record.update({'eventType': 'AwsApiCall', 'managementEvent': True,
                   'recipientAccountId': account or who.get('accountId'), 'eventCategory': 'Management',
                   'tlsDetails': {'tlsVersion': 'TLSv1.3', 'cipherSuite': 'TLS_AES_128_GCM_SHA256',
                                  'clientProvidedHostHeader': f'{service}.{region}.amazonaws.com'}})
    record.update(more)
    return record


def console_login(ids, time, who, ip, mfa, success=True, extra=None, **more):
    record = aws(ids, time, who, 'signin:ConsoleLogin', None, {'ConsoleLogin': 'Success' if success else 'Failure'}, ip,
                 'us-east-1', agent='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) '
                 'Chrome/142.0.0.0 Safari/537.36', **more)
    if not success:
        record['errorMessage'] = 'Failed authentication'
    record['additionalEventData'] = {
        'LoginTo': 'https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB',
        'MobileVersion': 'No', 'MFAUsed': mfa, **(extra or {})}
    record.update({'eventType': 'AwsConsoleSignIn', 'readOnly': False})
    record['tlsDetails']['clientProvidedHostHeader'] = 'signin.aws.amazon.com'
    return record


# ---- Azure and Entra ID, as diagnostic settings write them

def entra_audit(ids, time, who, operation, category, targets, ip='192.0.2.10', result='success', service='Core Directory',
                reason='', kind='Update', details=()):
    """`who` is a user principal name, or {'app': name}."""
    number = ids.uuid()
    by = {'user': {'id': ids.uuid(), 'displayName': None, 'userPrincipalName': who, 'ipAddress': ip, 'roles': []},
          'app': None}
    if isinstance(who, dict):
        by = {'app': {'appId': ids.uuid(), 'displayName': who['app'], 'servicePrincipalId': ids.uuid(),
                      'servicePrincipalName': None}, 'user': None}
    return {'time': time, 'resourceId': f'/tenants/{TENANT}/providers/Microsoft.aadiam', 'operationName': operation,
            'operationVersion': '1.0', 'category': 'AuditLogs', 'tenantId': TENANT, 'resultSignature': 'None',
            'durationMs': 0, 'callerIpAddress': ip, 'correlationId': ids.uuid(),
            'identity': who if isinstance(who, str) else who['app'], 'Level': 4,
            'properties': {'id': f'Directory_{number}_{ids.hex(5).upper()}_{ids.digits(8)}', 'category': category,
                           'correlationId': number, 'result': result, 'resultReason': reason,
                           'activityDisplayName': operation, 'activityDateTime': time, 'loggedByService': service,
                           'operationType': kind, 'userAgent': None, 'initiatedBy': by, 'targetResources': targets,
                           'additionalDetails': list(details)}}


def entra_target(ids, kind, name, changes=(), upn=None):
    return {'id': ids.uuid(), 'displayName': name, 'type': kind, 'userPrincipalName': upn,
            'modifiedProperties': [{'displayName': n, 'oldValue': old, 'newValue': new} for n, old, new in changes],
            'administrativeUnits': []}


def entra_signin(ids, time, who, app, ip='192.0.2.10', error=0, reason='Other.', mfa=True, country='IE'):
    number = ids.uuid()
    return {'time': time, 'resourceId': f'/tenants/{TENANT}/providers/Microsoft.aadiam',
            'operationName': 'Sign-in activity', 'operationVersion': '1.0', 'category': 'SignInLogs', 'tenantId': TENANT,
            'resultType': str(error), 'resultSignature': 'None', 'resultDescription': reason if error else '',
            'durationMs': 0, 'callerIpAddress': ip, 'correlationId': ids.uuid(), 'identity': who.split('@')[0],
            'Level': 4, 'location': country,
            'properties': {'id': number, 'createdDateTime': time, 'userDisplayName': who.split('@')[0],
                           'userPrincipalName': who, 'userId': ids.uuid(), 'appId': ids.uuid(), 'appDisplayName': app,
                           'ipAddress': ip, 'status': {'errorCode': error, 'failureReason': reason, 'additionalDetails': None},
                           'clientAppUsed': 'Browser', 'conditionalAccessStatus': 'success',
                           'userAgent': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15',
                           'deviceDetail': {'deviceId': '', 'operatingSystem': 'MacOs', 'browser': 'Safari 26.0'},
                           'location': {'city': 'Dublin', 'state': 'Dublin', 'countryOrRegion': country},
                           'authenticationRequirement': 'multiFactorAuthentication' if mfa else 'singleFactorAuthentication',
                           'isInteractive': True, 'riskLevelAggregated': 'none', 'riskState': 'none',
                           'resourceDisplayName': 'Windows Azure Service Management API', 'authenticationProtocol': 'none'}}


def azure_activity(ids, time, who, operation, resource, ip='192.0.2.10', result='Success', category='Administrative',
                   signature='Succeeded.OK'):
    return {'time': time, 'resourceId': resource.upper(), 'operationName': operation.upper(), 'category': category,
            'resultType': result, 'resultSignature': signature, 'durationMs': 214, 'callerIpAddress': ip,
            'correlationId': ids.uuid(), 'RoleLocation': 'West Europe', 'tenantId': TENANT, 'level': 'Information',
            'identity': {'authorization': {'scope': resource, 'action': operation,
                                           'evidence': {'role': 'Contributor', 'roleAssignmentScope': '/',
                                                        'roleAssignmentId': ids.hex(32), 'roleDefinitionId': ids.hex(32),
                                                        'principalId': ids.hex(32), 'principalType': 'User'}},
                         'claims': {'aud': 'https://management.core.windows.net/', 'iss': f'https://sts.windows.net/{TENANT}/',
                                    'appid': ids.uuid(), 'ipaddr': ip, 'name': who.split('@')[0],
                                    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': who}},
            'properties': {'eventCategory': category, 'entity': resource, 'message': operation,
                           'hierarchy': f'{TENANT}/larkspur-mg', 'caller': who,
                           'statusCode': 'OK' if result == 'Success' else result}}


# ---- Google Cloud audit log

def gcp(ids, time, who, method, service, resource_name, resource, request=None, response=None, ip='192.0.2.10',
        permission=None, status=None, service_data=None, project='larkspur-routing', log='activity',
        agent='google-cloud-sdk gcloud/540.0.0 command/gcloud.projects,gzip(gfe)'):
    payload = {'@type': 'type.googleapis.com/google.cloud.audit.AuditLog', 'status': status or {},
               'authenticationInfo': {'principalEmail': who, 'principalSubject':
                                      ('serviceAccount:' if who.endswith('gserviceaccount.com') else 'user:') + who},
               'requestMetadata': {'callerIp': ip, 'callerSuppliedUserAgent': agent,
                                   'requestAttributes': {'time': time, 'auth': {}}, 'destinationAttributes': {}},
               'serviceName': service, 'methodName': method,
               'authorizationInfo': [{'resource': resource_name, 'permission': permission or method,
                                      'granted': not status, 'resourceAttributes': {}}],
               'resourceName': resource_name}
    for name, value in (('serviceData', service_data), ('request', request), ('response', response)):
        if value is not None:
            payload[name] = value
    return {'protoPayload': payload, 'insertId': ids.hex(14),
            'resource': {'type': resource, 'labels': {'project_id': project}}, 'timestamp': time,
            'severity': 'ERROR' if status else 'NOTICE',
            'logName': f'projects/{project}/logs/cloudaudit.googleapis.com%2F{log}', 'receiveTimestamp': time}


def policy_delta(deltas, audit=()):
    delta = {}
    if deltas:
        delta['bindingDeltas'] = [{'action': a, 'role': r, 'member': m} for a, r, m in deltas]
    if audit:
        delta['auditConfigDeltas'] = [{'action': a, 'service': s, 'logType': t} for a, s, t in audit]
    return {'@type': 'type.googleapis.com/google.iam.v1.logging.AuditData', 'policyDelta': delta}


# ---- Kubernetes audit

def kubernetes(ids, time, user, verb, resource, name=None, namespace=None, sub=None, group='', code=200, request=None,
               groups=('system:authenticated',), ip='192.0.2.10', agent='kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9',
               allowed=True, stage='ResponseComplete', uri=None, why='RBAC: allowed by ClusterRoleBinding "operators" of '
               'ClusterRole "operator" to Group "operators"'):
    path = uri
    if path is None:
        path = f'/apis/{group}/v1' if group else '/api/v1'
        path += (f'/namespaces/{namespace}' if namespace else '') + f'/{resource}'
        path += (f'/{name}' if name and verb != 'create' or sub else '') + (f'/{sub}' if sub else '')
    record = {'kind': 'Event', 'apiVersion': 'audit.k8s.io/v1', 'level': 'RequestResponse' if request else 'Metadata',
              'auditID': ids.uuid(), 'stage': stage, 'requestURI': path, 'verb': verb,
              'user': {'username': user, 'groups': list(groups)}, 'sourceIPs': [ip], 'userAgent': agent}
    if resource:
        record['objectRef'] = {k: v for k, v in (('resource', resource), ('namespace', namespace), ('name', name),
                                                 ('apiGroup', group), ('apiVersion', 'v1'), ('subresource', sub)) if v}
    record['responseStatus'] = {'metadata': {}, 'code': code}
    if code >= 400:
        record['responseStatus'].update({'status': 'Failure', 'reason': 'Forbidden' if code == 403 else 'Failure'})
    if request:
        record['requestObject'] = request
    record.update({'requestReceivedTimestamp': time, 'stageTimestamp': time,
                   'annotations': {'authorization.k8s.io/decision': 'allow' if allowed else 'forbid',
                                   'authorization.k8s.io/reason': why if allowed else ''}})
    return record


def pod(name, namespace, image, security=None, volumes=None, **spec):
    container = {'name': name, 'image': image, 'resources': {}, 'imagePullPolicy': 'IfNotPresent',
                 'terminationMessagePath': '/dev/termination-log', 'terminationMessagePolicy': 'File'}
    if security:
        container['securityContext'] = security
    if volumes:
        container['volumeMounts'] = [{'name': v['name'], 'mountPath': '/mnt/' + v['name']} for v in volumes]
        spec['volumes'] = volumes
    return {'kind': 'Pod', 'apiVersion': 'v1', 'metadata': {'name': name, 'namespace': namespace, 'labels': {'app': name}},
            'spec': {'containers': [container], 'restartPolicy': 'Always', 'dnsPolicy': 'ClusterFirst',
                     'serviceAccountName': 'default', **spec}, 'status': {}}


# ---- GitHub and Okta

def github(ids, ms, action, actor, repo=None, org='larkspur-freight', ip='192.0.2.10', **more):
    record = {'@timestamp': ms, '_document_id': ids.hex(22), 'action': action, 'actor': actor, 'actor_id': 10000 + len(actor),
              'actor_ip': ip, 'actor_is_bot': actor.endswith('[bot]'), 'actor_location': {'country_code': 'IE'},
              'business': 'larkspur', 'business_id': 4401, 'created_at': ms, 'operation_type':
              {'create': 'create', 'destroy': 'remove', 'disable': 'modify'}.get(action.split('.')[1], 'modify'),
              'org': org, 'org_id': 880017, 'user_agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0'}
    if repo:
        record.update({'repo': f'{org}/{repo}', 'repo_id': 700000 + len(repo) * 31, 'public_repo': False, 'visibility': 'private'})
    record.update(more)
    return record


def okta_user(name, label=None, kind='User'):
    return {'id': '00u' + hashlib.sha256(name.encode()).hexdigest()[:17], 'type': kind, 'alternateId': name,
            'displayName': label or name.split('@')[0], 'detailEntry': None}


def okta(ids, time, who, event, message, targets, result='SUCCESS', ip='192.0.2.10', debug=None, reason=None, severity='INFO'):
    return {'uuid': ids.uuid(), 'published': time, 'eventType': event, 'version': '0', 'severity': severity,
            'legacyEventType': None, 'displayMessage': message, 'actor': okta_user(who),
            'client': {'userAgent': {'rawUserAgent': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15',
                                     'os': 'Mac OS X', 'browser': 'SAFARI'}, 'zone': 'null', 'device': 'Computer',
                       'id': None, 'ipAddress': ip, 'geographicalContext': {'city': 'Dublin', 'state': 'Leinster',
                       'country': 'Ireland', 'postalCode': 'D02', 'geolocation': {'lat': 53.34, 'lon': -6.26}}},
            'authenticationContext': {'authenticationProvider': None, 'credentialProvider': None, 'credentialType': None,
                                      'issuer': None, 'interface': None, 'authenticationStep': 0,
                                      'externalSessionId': '102' + ids.hex(18)},
            'outcome': {'result': result, 'reason': reason}, 'target': list(targets),
            'transaction': {'type': 'WEB', 'id': ids.hex(26), 'detail': {}},
            'debugContext': {'debugData': {'requestId': ids.hex(26), 'requestUri': '/api/v1/internal', 'url': '/api/v1/internal?',
                                           **(debug or {})}},
            'request': {'ipChain': [{'ip': ip, 'geographicalContext': {'country': 'Ireland'}, 'version': 'V4', 'source': None}]},
            'securityContext': {'asNumber': 64500, 'asOrg': 'example transit', 'isp': 'example transit',
                                'domain': 'example.net', 'isProxy': False}}


# ---- Linux audit: the records of one event, as auditd writes them

def _hexed(text):
    plain = all(33 <= ord(c) < 127 and c != '"' for c in text)
    return f'"{text}"' if plain else text.encode().hex().upper()


def _head(kind, node, stamp, serial):
    return f'node={node} type={kind} msg=audit({stamp}:{serial}): '


def _syscall(node, stamp, serial, number, exe, uid, auid, key, success, pid, items, tty, comm, names):
    """`names`: of users by number, as auditd adds them where log_format is ENRICHED; None where it is RAW."""
    enriched = ''
    if names is not None:
        user, login = names.get(uid, 'unknown'), names.get(auid, 'unset')
        ids = ' '.join(f'{n}="{user}"' for n in ('UID', 'GID', 'EUID', 'SUID', 'FSUID', 'EGID', 'SGID', 'FSGID'))
        enriched = f'\x1dARCH=x86_64 SYSCALL={"execve" if number == 59 else "openat"} AUID="{login}" {ids}'
    result = 'success=yes exit=0' if success else 'success=no exit=-13'
    return (_head('SYSCALL', node, stamp, serial) + f'arch=c000003e syscall={number} {result} a0=55d0c8a4 a1=55d0c8b0 '
            f'a2=55d0c8c8 a3=8 items={items} ppid={pid - 7} pid={pid} auid={auid} uid={uid} gid={uid} euid={uid} suid={uid} '
            f'fsuid={uid} egid={uid} sgid={uid} fsgid={uid} tty={tty} ses={4294967295 if auid == 4294967295 else 12} '
            f'comm={_hexed(comm)} exe="{exe}" subj=unconfined key={_hexed(key)}{enriched}')


def audit_exec(node, stamp, serial, argv, exe=None, uid=0, auid=1000, pid=4242, cwd='/root', tty='pts0', success=True, names=None):
    exe = exe or (argv[0] if argv[0].startswith('/') else '/usr/bin/' + argv[0])
    args = ' '.join(f'a{i}={_hexed(a)}' for i, a in enumerate(argv))
    return '\n'.join([
        _syscall(node, stamp, serial, 59, exe, uid, auid, 'exec', success, pid, 2, tty, exe.split('/')[-1][:15], names),
        _head('EXECVE', node, stamp, serial) + f'argc={len(argv)} {args}',
        _head('CWD', node, stamp, serial) + f'cwd="{cwd}"',
        _head('PATH', node, stamp, serial) + f'item=0 name="{exe}" inode=131{pid} dev=08:01 mode=0100755 ouid=0 ogid=0 '
        'rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0',
        _head('PATH', node, stamp, serial) + 'item=1 name="/lib64/ld-linux-x86-64.so.2" inode=1311 dev=08:01 mode=0100755 '
        'ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0',
        _head('PROCTITLE', node, stamp, serial) + 'proctitle=' + '\0'.join(argv).encode().hex().upper()[:256]])


def audit_write(node, stamp, serial, path, exe, uid=0, auid=1000, pid=4242, cwd='/root', created=True, key='etc-write',
                success=True, tty='pts0', names=None):
    folder = path.rsplit('/', 1)[0] or '/'
    file = ('CREATE' if created else 'NORMAL')
    return '\n'.join([
        _syscall(node, stamp, serial, 257, exe, uid, auid, key, success, pid, 2, tty, exe.split('/')[-1][:15], names),
        _head('CWD', node, stamp, serial) + f'cwd="{cwd}"',
        _head('PATH', node, stamp, serial) + f'item=0 name="{folder}/" inode=131073 dev=08:01 mode=040755 ouid=0 ogid=0 '
        'rdev=00:00 nametype=PARENT cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0',
        _head('PATH', node, stamp, serial) + f'item=1 name="{path}" inode=131{pid} dev=08:01 mode=0100644 ouid=0 ogid=0 '
        f'rdev=00:00 nametype={file} cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0',
        _head('PROCTITLE', node, stamp, serial) + 'proctitle=' + exe.encode().hex().upper()])


def compact(record):
    return json.dumps(record, separators=(',', ':'), ensure_ascii=False)
