// Countersign: the script of a business rule. README.md beside this file says where it goes.
//
// It tells the gateway which record was saved and which entries of its journal are new, and nothing of what they say.
// It runs asynchronously, after ServiceNow has stored the record, because the gateway reads it back. ServiceNow never
// tries again, so a failure is only logged: the gateway's polling finds what was missed.
(function executeRule(current) {
    var url = gs.getProperty('countersign.url');
    var secret = gs.getProperty('countersign.secret');
    if (!url || !secret) {
        return;
    }

    // Two quick updates run this twice with the record as it is by then, so entries of the last minutes are told again;
    // the gateway knows them by their sys_id.
    var recent = new GlideDateTime(current.getValue('sys_updated_on'));
    recent.addSeconds(-300);
    var journal = [];
    var entry = new GlideRecord('sys_journal_field');
    entry.addQuery('element_id', current.getUniqueValue());
    entry.addQuery('element', 'IN', 'comments,work_notes');
    entry.addQuery('sys_created_on', '>=', recent.getValue());
    entry.orderBy('sys_created_on');
    entry.setLimit(50);
    entry.query();
    while (entry.next()) {
        journal.push({
            sys_id: entry.getUniqueValue(),
            element_id: entry.getValue('element_id'),
            element: entry.getValue('element'),
            sys_created_on: entry.getValue('sys_created_on'),
            sys_created_by: entry.getValue('sys_created_by')
        });
    }

    var body = JSON.stringify({
        type: 'record.saved',
        table: current.getTableName(),
        operation: current.getValue('sys_mod_count') == '0' ? 'insert' : 'update',
        record: {
            sys_id: current.getUniqueValue(),
            sys_mod_count: current.getValue('sys_mod_count'),
            sys_created_on: current.getValue('sys_created_on'),
            sys_updated_on: current.getValue('sys_updated_on'),
            sys_created_by: current.getValue('sys_created_by'),
            sys_updated_by: current.getValue('sys_updated_by')
        },
        journal: journal
    });
    // Only ASCII is signed, because which bytes other characters become is not documented.
    body = body.replace(/[\u007f-\uffff]/g, function (character) {
        return '\\u' + ('0000' + character.charCodeAt(0).toString(16)).slice(-4);
    });

    // Standard Webhooks 1.0: the id, the time and the body are signed together. The key is given in base64.
    var id = 'sn-' + gs.generateGUID();
    var sentAt = String(Math.floor(new GlideDateTime().getNumericValue() / 1000));
    var key = secret.replace(/^whsec_/, '');
    var signature = new CertificateEncryption().generateMac(key, 'HmacSHA256', id + '.' + sentAt + '.' + body);

    var request = new sn_ws.RESTMessageV2();
    request.setEndpoint(url);
    request.setHttpMethod('POST');
    request.setRequestHeader('Content-Type', 'application/json');
    request.setRequestHeader('webhook-id', id);
    request.setRequestHeader('webhook-timestamp', sentAt);
    request.setRequestHeader('webhook-signature', 'v1,' + signature);
    request.setRequestBody(body);
    request.setHttpTimeout(5000);
    var answer = request.execute();
    if (answer.haveError() || answer.getStatusCode() >= 300) {
        gs.error('Countersign was not told of ' + current.getUniqueValue() + ': ' + answer.getStatusCode());
    }
})(current);
