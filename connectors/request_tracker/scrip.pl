# Countersign webhook: the custom commit code of a scrip. README.md beside this file says where it goes.
#
# It tells the gateway which transactions happened on which ticket, and nothing of what they say. It runs in the stage
# Batch, after RT has committed, because the gateway reads the ticket back. RT waits for the answer and never tries
# again, so the wait is short and a failure is only logged: the gateway's polling finds what was missed.
my $url    = RT->Config->Get('CountersignURL');
my $secret = RT->Config->Get('CountersignSecret');
return 1 unless $url && $secret;

my $ticket = $self->TicketObj;
return 1 unless ( $ticket->__Value('Type') // '' ) eq 'ticket';    # no reminders, no approvals

require Digest::SHA;
require JSON;
require LWP::UserAgent;
require MIME::Base64;

( my $base64 = $secret ) =~ s/^whsec_//;
my $key       = MIME::Base64::decode_base64($base64);
my $batch     = $ticket->TransactionBatch;
my @happened  = $batch && @$batch ? @$batch : ( $self->TransactionObj );
my $requestor = $ticket->RoleGroup('Requestor');
my $browser   = LWP::UserAgent->new( timeout => 3, max_redirect => 0, agent => 'RT-Countersign/1' );

for my $transaction (@happened) {
    my $type = $transaction->__Value('Type') // '';
    next if $type =~ /EmailRecord$|^SystemError$|^Attachment/;

    my $creator = $transaction->CreatorObj;
    my $staff   = $creator->Privileged ? 1 : 0;
    my $name    = $staff || $creator->Name eq 'RT_System' ? $creator->Name : undef;    # a customer's is an address
    my $told    = {
        id        => $transaction->id + 0,
        type      => $type,
        field     => $transaction->__Value('Field'),
        status    => $type eq 'Status' ? $transaction->__Value('NewValue') : undef,
        creator   => $name,
        staff     => $staff ? JSON::true() : JSON::false(),
        requestor => $requestor->HasMemberRecursively( $creator->PrincipalObj ) ? JSON::true() : JSON::false(),
        created   => $transaction->CreatedObj->W3CDTF( Timezone => 'UTC' ),
    };
    my $body = JSON->new->utf8->canonical->encode(
        { type => 'ticket.transaction', ticket => { id => $ticket->id + 0 }, transaction => $told } );

    # Standard Webhooks 1.0: the id, the time and the body are signed together.
    my $id        = 'rt-transaction-' . $transaction->id;
    my $time      = time;
    my $signature = Digest::SHA::hmac_sha256_base64( "$id.$time.$body", $key );
    $signature .= '=' while length($signature) % 4;

    my $answer = eval {
        $browser->post(
            $url,
            'Content-Type'      => 'application/json',
            'webhook-id'        => $id,
            'webhook-timestamp' => $time,
            'webhook-signature' => "v1,$signature",
            Content             => $body,
        );
    };
    next if $answer && $answer->is_success;
    RT->Logger->error( "Countersign was not told of $id: " . ( $answer ? $answer->status_line : $@ ) );
    last;    # whoever does not answer once costs every agent these seconds again
}
return 1;
