"""News that resembles boilerplate: about newsletters, cookies, searches; short paragraphs."""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.line_rules.boilerplate import reason_for
from pipeline.models import Article

LINES = """
    The newsletter, which goes out to 3,000 readers, was stopped on Friday.
    The paper’s newsletter reached 40,000 subscribers in May, its editor said.
    Newsletters are back in fashion.
    “Subscribe to no party,” Moor told the crowd, “and you will sleep better.”
    Subscriptions rose by 12 per cent in a year.
    Subscribers were told of the breach on Monday.
    Sign up for the army, he was told, and see the world.
    Sign-ups for the course doubled.
    She signed up for the lifeboat crew at the age of 17.
    Sign language will be taught in all schools from September.
    Join the army, see the world, meet interesting people, the old poster said.
    Joining the union would cost each worker 20 crowns a month.
    Cookies baked by the school were sold for the new roof.
    Cookies were the first thing she learned to bake.
    The regulator fined the firm for setting cookies without consent.
    Consent is not given by silence, the court said.
    Privacy campaigners welcomed the ruling.
    Privacy is a right, the court held.
    Accept no substitutes, the old sign said.
    Search teams went out again at dawn to look for the two missing sailors.
    Search and rescue helicopters turned back in the fog.
    Searches of the flat brought nothing to light.
    The search for the missing trawler was called off on Sunday.
    Search engines sent fewer readers, the publishers said.
    Share prices fell by 3 per cent on Tuesday.
    Shares in the shipping line rose.
    Sharing a cabin with six others was the hardest part, she said.
    Shared memories
    Tweets by the minister caused a stir.
    Twitter was the first to delete the account.
    Twitter users mocked the poster.
    Facebook said it had removed the page.
    Facebook’s answer
    WhatsApp messages read out in court named the broker.
    Email records show who knew of the leak.
    Printing the ballots took two weeks.
    Print is not dead, said the editor.
    He declined to comment.
    No comment.
    “No comment,” she said.
    The port had no comment.
    Comments by the minister angered the unions.
    Comments from residents are due by Friday.
    A reply came after three weeks.
    Replies from the ministry were short.
    Leave no one behind was the slogan.
    Leave campaigners cheered.
    Leave to appeal was refused.
    Responses to the survey came from all 14 districts.
    Related costs
    Related charges were dropped in March.
    Relatives wept.
    Recommended doses were exceeded in nine cases.
    Recommendations
    Most read it as a threat.
    Most of the crew could swim.
    Most popular uprisings fail, the historian says.
    Popular anger
    Trending downwards
    Latest figures show 40 dead.
    Latest to leave was the finance chief.
    More than forty people had been led to safety by noon.
    More rain is expected.
    More in anger than in sorrow
    More trouble ahead
    More dredging, less fishing
    “Read my lips,” she said. “More dredging will not save this harbour.”
    Read closely, the contract binds only one side.
    Reading has been hit hardest by the floods.
    Reading the runes
    See you in court
    Watch what you eat
    Watching the tide
    Watch duty ends at four.
    Watchdogs asked for more time.
    Listen to the sea long enough and you will hear it, he said.
    Listening stations along the coast heard nothing.
    Editors and owners
    Editor’s choice of words was unlucky, the council found.
    Corrections officers went on strike.
    Correction of the figures took the bank a month.
    Clarification came on Friday.
    Updated figures from the port show a loss.
    Updated figures from 12 ports show a loss.
    Update: a word nobody trusts
    Published in 1987, the book sold badly.
    Published accounts show a loss of 4 million.
    Posted to the north at 19, he never came back.
    Created by two brothers in 1902, the mill closed last year.
    The deal was first reported by Reuters.
    The news was first reported by AFP.
    The Reuters/Ipsos poll showed her ahead.
    According to Getty Images, the picture had been altered.
    Heavy rain contributed to the flooding in the valley.
    Smoking contributed to his death, the doctors said.
    Editing by committee is a bad idea.
    Writing by hand helps memory, the study found.
    Reporting by local media has been patchy.
    By the time help came, the boat had gone.
    By Monday the water had fallen.
    By boat, by train, on foot
    By the numbers
    Photos of the wreck were shown to the jury.
    Photographs taken at dawn show the empty pier.
    Photo finish
    Pictures from a lost town
    Images of the storm went round the world.
    Video shows the moment of the crash.
    Videos of the beating were shared widely.
    Caption contests were once the heart of the paper.
    Getty was 83.
    Advertisements for tobacco have been banned since 1979.
    Advertising revenue fell by a third.
    Ads for the party ran on three channels.
    Sponsors left the club after the vote.
    Sponsored by the state, the theatre opened in 1911.
    Copyright law is changing, the court said.
    Copyright expires after 70 years.
    All rights reserved for kings are gone now.
    Terms of the deal
    Terms were not disclosed.
    Conditions on board
    Privacy of the dead
    About 40 people were on board.
    About face
    Contact tracing
    Contact with the boat was lost at 3 a.m.
    Careers in ruins
    Feedback from pupils was good.
    Support for the strike grew.
    Support our troops, he told the crowd.
    Home, sweet home
    Home rule
    Home advantage counted for nothing.
    Next steps
    Next year’s budget
    Previous owners had let the roof rot.
    Close call
    Close to tears
    Menu prices have gone up by a tenth.
    Back to school
    Back home
    Skipping school
    Skip the queue, pay the price
    Play it again
    Playing for time
    Pause for thought
    Log cabins by the lake were cut off.
    Logging in the north has stopped.
    Register of interests
    Registration of voters ends on Friday.
    Login data of 4,000 customers were stolen.
    Already a legend
    Tags on the birds showed the route.
    Tagging turtles
    Topics for the summit were agreed.
    Categories of risk
    What happens next?
    What do we know?
    Why now?
    Q: Did you know of the leak?
    A: No.
    Yes.
    Silence.
    Enough.
    Twitter.
    Next.
    Close.
    I HAVE NOTHING TO HIDE, HE WROTE.
    ‘Commitment to diplomacy’
    “Share the burden”
    Weathering the storm
    Markets fell on Monday.
    Polls closed at eight.
    Poll tax
    Voting began at dawn.
    Donations poured in after the fire.
    Donate blood, the hospital asked.
    Your money or your life
    Join hands
    Police said: more than forty people had been led to safety by noon.
    More: he says he was never paid.
    Like father, like son
    Follow the money
    Following the vote, shares fell.
    Click bait
    Clicking noises came from the engine.
    Download speeds have doubled.
    Apps for learning
    Page after page was blank.
    Seven of nine
    Two of the three
    Loading the ship took four days.
    Sort codes were leaked.
    Newest of the three is the ferry Alma.
    Image rights
    Source of the leak
    Sources close to the talks said they would go on.
    The article was published in 1987 and forgotten.
    This article of the constitution was never used.
    This story begins on a wet night in Brevik.
    The story was corrected by nobody.
    Cancel culture
    Cancelling the line would save 3 million.
    Breaking news is bad for the nerves, says a doctor.
    Breaking point
    Featured artists come from nine countries.
    Hot summers
    Top brass
    Top of the list is water.
    Other voices
    Other options
    Recent rains
    View from the bridge
    Viewing figures fell.
    Author of six novels, she lives in Brevik.
    Authors protest
    Die Suche nach den Seeleuten wurde am Sonntag eingestellt.
    Das Teilen der Beute dauerte bis zum Morgen.
    Les cookies du boulanger se vendent bien.
    Anzeigen gegen die Polizei nahmen zu.
    La publicidad engañosa será castigada.
    El buscador de tesoros volvió sin nada.
"""
CASES = [line for raw in LINES.splitlines() if (line := raw.strip())]


@pytest.mark.parametrize("line", CASES)
def test_news_that_resembles_boilerplate_is_kept(line):
    assert reason_for(line) is None


def test_single_words_among_paragraphs_are_subheads():
    before = "The port was the first to say what it thought of the two networks and their rules."
    behind = "It had closed its page there in March, after a storm of abuse from other towns."
    text = "\n\n".join([before, "Twitter", behind, "Facebook", before.replace("first", "last")])
    article = Article(url=None, canonical_url=None, title="Two networks", text=text)
    assert clean_article(article, None).text == text
