package dev.howdah.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of ARCHITECTURE.md: each module sees only what lies below it. */
@AnalyzeClasses(packages = "dev.howdah", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] EVERYBODY = {"java..", "javax..", "org.slf4j..", "org.jspecify.."};

    @ArchTest
    static final ArchRule coreNeedsTheDriverAndNothingElse = classes()
            .that()
            .resideInAPackage("dev.howdah.core")
            .should()
            .onlyDependOnClassesThat(
                    resideInAnyPackage(EVERYBODY).or(resideInAnyPackage("dev.howdah.core", "org.postgresql..")));

    @ArchTest
    static final ArchRule aWingNeedsTheCoreAlone = classes()
            .that()
            .resideInAnyPackage("dev.howdah.job", "dev.howdah.stream", "dev.howdah.queue")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(EVERYBODY)
                    .or(resideInAnyPackage("dev.howdah.core", "org.postgresql.."))
                    .or(resideInAnyPackage("dev.howdah.job", "dev.howdah.stream", "dev.howdah.queue"))
                    .or(resideInAPackage("com.cronutils..")));

    @ArchTest
    static final ArchRule onlySchedulesOfJobsKnowCron = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.howdah.job.CronExpression")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.cronutils..");

    @ArchTest
    static final ArchRule wingsDoNotKnowEachOther = slices().matching("dev.howdah.(job|stream|queue)")
            .should()
            .notDependOnEachOther()
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule installKnowsNoWing = only("install", "core");

    @ArchTest
    static final ArchRule embeddedKnowsNobody = only("embedded");

    @ArchTest
    static final ArchRule testkitKnowsNoWing = only("testkit", "core", "install", "embedded");

    @ArchTest
    static final ArchRule theGatewayKnowsNoWing = only("gateway", "core");

    @ArchTest
    static final ArchRule theClientKnowsTheWings = noClasses()
            .that()
            .resideInAPackage("dev.howdah")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.howdah.cli",
                    "dev.howdah.server",
                    "dev.howdah.gateway",
                    "dev.howdah.install",
                    "dev.howdah.embedded");

    @ArchTest
    static final ArchRule theServerKnowsNeitherInstallNorCli = noClasses()
            .that()
            .resideInAPackage("dev.howdah.server")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.howdah.cli", "dev.howdah.install", "dev.howdah.embedded");

    @ArchTest
    static final ArchRule noCircles =
            slices().matching("dev.howdah.(*)..").should().beFreeOfCycles();

    private static ArchRule only(String module, String... others) {
        String[] allowed = new String[others.length + 1];
        allowed[0] = "dev.howdah." + module;
        for (int i = 0; i < others.length; i++) {
            allowed[i + 1] = "dev.howdah." + others[i];
        }
        return noClasses()
                .that()
                .resideInAPackage("dev.howdah." + module)
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.howdah..")
                        .and(com.tngtech.archunit.base.DescribedPredicate.not(resideInAnyPackage(allowed))));
    }
}
