# A queue, people, rights, a tags field, the scrip and tokens in an empty RT. Prints the tokens, and the ticket with the long thread, as JSON.
# Arguments: the file with the scrip's code.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use JSON ();
use MIME::Entity;
use RT;
RT::LoadConfig();
RT::Init();

my ($scrip_file) = @ARGV;
my $system = RT->SystemUser;

sub done {
    my ( $what, $ok, $message ) = @_;
    die "$what: $message\n" unless $ok;
}

my %queue;
for my $name ( 'Support', 'Tier 2' ) {
    $queue{$name} = RT::Queue->new($system);
    done( $name, $queue{$name}->Create( Name => $name, CorrespondAddress => 'support@rt.example' ) );
}

sub person {
    my ( $name, $real, @address ) = @_;
    my $user = RT::User->new($system);
    done( $name, $user->Create( Name => $name, RealName => $real, @address, Privileged => 1 ) );
    return $user;
}

sub may {
    my ( $who, @rights ) = @_;
    for my $queue ( values %queue ) {
        done( $_, $who->PrincipalObj->GrantRight( Right => $_, Object => $queue ) ) for @rights;
    }
}

my @reads = qw(SeeQueue ShowTicket ShowTicketComments SeeCustomField);
my %user  = (
    countersign => person( 'countersign', 'Countersign' ),    # everything that README.md names
    notes       => person( 'notes', 'Notes only', EmailAddress => 'notes@rt.example' ),    # may comment, no more
    blind       => person( 'blind', 'No comments' ),                                       # cannot see comments
    modify      => person( 'modify', 'No ReplyToTicket' ),                                 # ModifyTicket must do for it
    emma        => person( 'emma', 'Emma Agent', EmailAddress => 'emma@rt.example' ),
);
may( $user{countersign}, @reads, qw(CommentOnTicket ReplyToTicket ModifyTicket ModifyCustomField CreateTicket) );
may( $user{notes}, @reads, 'CommentOnTicket' );
may( $user{modify}, @reads, qw(CommentOnTicket ModifyTicket ModifyCustomField) );
may( $user{blind}, qw(SeeQueue ShowTicket CommentOnTicket) );
may( $user{emma},  @reads, qw(CommentOnTicket ReplyToTicket ModifyTicket ModifyCustomField CreateTicket OwnTicket DeleteTicket) );

# Customers may write by mail. Not "Everyone": the integration user is in it and must not gain rights by the way.
my $customers = RT::Group->new($system);
$customers->LoadSystemInternalGroup('Unprivileged');
may( $customers, qw(CreateTicket ReplyToTicket) );

my $tags = RT::CustomField->new($system);
done( 'Tags', $tags->Create( Name => 'Tags', Type => 'FreeformMultiple', LookupType => 'RT::Queue-RT::Ticket' ) );
done( 'Tags', $tags->AddToObject( RT::Queue->new($system) ) );

my $class = RT::Class->new($system);
done( 'class', $class->Create( Name => 'FAQ' ) );
my $content = RT::CustomField->new($system);
done( 'Content', $content->Create( Name => 'Content', Type => 'Text', LookupType => 'RT::Class-RT::Article' ) );
done( 'Content', $content->AddToObject( RT::Class->new($system) ) );
for my $number ( 1 .. 3 ) {
    my $article = RT::Article->new($system);
    done( 'article', $article->Create(
        Name => "How to return $number", Class => 'FAQ', 'CustomField-' . $content->id => "Within 30 days. $number" ) );
}
for my $right (qw(SeeClass ShowArticle SeeCustomField)) {
    done( $right, $user{countersign}->PrincipalObj->GrantRight( Right => $right, Object => $class ) );
}

# A thread of more than one page, and a ticket in the queue that others are escalated to.
my %opened;
for my $name ( sort keys %queue ) {
    $opened{$name} = RT::Ticket->new( $user{emma} );
    my ( $id, undef, $message ) = $opened{$name}->Create( Queue => $name, Subject => "A long story in $name" );
    done( $name, $id, $message );
}
for my $chapter ( 1 .. 120 ) {    # without RT's own scrips, which would take half a minute
    my $mime = MIME::Entity->build( Type => 'text/plain', Charset => 'UTF-8', Data => ["Chapter $chapter"] );
    my $transaction = RT::Transaction->new( RT::CurrentUser->new( $user{emma} ) );
    my ( $id, $message ) = $transaction->Create( ObjectType => 'RT::Ticket', ObjectId => $opened{'Tier 2'}->id,
        Type => 'Comment', MIMEObj => $mime, ActivateScrips => 0 );
    done( 'chapter', $id, $message );
}

my $code = do { local $/; open my $file, '<', $scrip_file or die $!; <$file> };
my $scrip = RT::Scrip->new($system);
done( 'scrip', $scrip->Create(
    Queue => 0, Description => 'Countersign webhook', ScripCondition => 'On Transaction', ScripAction => 'User Defined',
    Template => 'Blank', Stage => 'TransactionBatch', CustomPrepareCode => 'return 1;', CustomCommitCode => $code ) );

my %token;
for my $name ( keys %user ) {
    my $token = RT::AuthToken->new($system);
    my ( $ok, $message, $value ) = $token->Create( Owner => $user{$name}->Id, Description => 'live tests' );
    done( 'token', $ok, $message );
    $token{$name} = $value;
}
print JSON->new->canonical->encode( { tokens => \%token, long => $opened{'Tier 2'}->id } ), "\n";
