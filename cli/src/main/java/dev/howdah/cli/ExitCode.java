package dev.howdah.cli;

/** What the commands' exit codes mean; each help page ends with them. */
final class ExitCode {

    static final int OK = 0;
    /** It did not work. */
    static final int FAILED = 1;
    /** The command line makes no sense. */
    static final int USAGE = 2;
    /** The database can't be reached, or does not let this user in. */
    static final int UNAVAILABLE = 3;
    /** Somebody with more rights has to do something first. */
    static final int NOT_PERMITTED = 4;
    /** A port or a data folder is in use. */
    static final int IN_USE = 5;

    /** As picocli wants them: one entry a line. */
    static final String LIST_0 = "0:done";

    static final String LIST_1 = "1:it did not work";
    static final String LIST_2 = "2:wrong usage";
    static final String LIST_3 = "3:the database can't be reached or refuses the user";
    static final String LIST_4 = "4:a DBA has to do something first";
    static final String LIST_5 = "5:a port or the data folder is in use";

    private ExitCode() {}
}
